from dataclasses import dataclass, field


@dataclass(order=True)
class Beam:
    log_prob: float
    tokens: list = field(compare=False)
    finished: bool = field(default=False, compare=False)

    def children(self, model, n, eos, device):
        if self.finished:
            return [self]
        text = torch.tensor([self.tokens], device=device)
        steps = ban_repeated_ngrams(model(text)[:, -1].log_softmax(-1), text, n)[0].tolist()
        return [Beam(self.log_prob + p, [*self.tokens, i], i == eos) for i, p in enumerate(steps) if p > -math.inf]


def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    beams = [Beam(0.0, ids.squeeze(0).tolist())]
    length = ids.shape[1]
    while length < max_length and any(not beam.finished for beam in beams):
        everyone = [child for beam in beams for child in beam.children(model, no_repeat_ngram, eos, ids.device)]
        if not everyone:
            break
        beams = sorted(everyone, reverse=True)[:num_beams]
        length += 1
    return [(ids.new_tensor(beam.tokens), beam.log_prob) for beam in beams[:num_return]]
