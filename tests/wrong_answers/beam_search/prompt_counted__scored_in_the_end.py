class Beam:
    def __init__(self, text, log_prob=0.0, done=False):
        self.text, self.log_prob, self.done = text, log_prob, done


def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    beams = [Beam(ids)]
    for length in range(ids.shape[1], max_length):
        new = [beam for beam in beams if beam.done]
        for beam in beams:
            if not beam.done:
                steps = model(beam.text)[:, -1].log_softmax(-1)
                steps = ban_repeated_ngrams(steps, beam.text, no_repeat_ngram)
                top = steps.topk(min(num_beams, steps.shape[1]))
                for step, token in zip(top.values[0], top.indices[0]):
                    longer = torch.cat([beam.text, token.view(1, 1)], dim=1)
                    new.append(Beam(longer, beam.log_prob + float(step), token.item() == eos))
        beams = sorted(new, key=lambda beam: -beam.log_prob)[:num_beams]
    return [(beam.text[0], sequence_log_prob(model, beam.text, 1).item()) for beam in beams[:num_return]]
