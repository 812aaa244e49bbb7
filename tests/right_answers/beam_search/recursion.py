def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    def grow(beams, left):
        if left == 0:
            return beams
        longer = []
        for text, score, finished in beams:
            if finished:
                longer.append((text, score, True))
            else:
                step = F.log_softmax(model(text)[:, -1], dim=-1)
                step = ban_repeated_ngrams(step, text, no_repeat_ngram)
                best, tokens = step.topk(min(num_beams, step.shape[1]), dim=-1)
                for p, token in zip(best[0], tokens[0]):
                    longer.append((torch.cat([text, token.view(1, 1)], 1), score + p, token.item() == eos))
        longer.sort(key=lambda beam: beam[1].item(), reverse=True)
        return grow(longer[:num_beams], left - 1)

    found = grow([(ids, torch.zeros(1, device=ids.device), False)], max(0, max_length - ids.shape[1]))
    return [(text.squeeze(0), score) for text, score, _ in found[:num_return]]
