def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    prompt = ids.shape[1]
    if prompt >= max_length:
        return [(ids[0], 0.0)]
    first = model(ids)[0, -1].log_softmax(-1)
    first = ban_repeated_ngrams(first[None], ids, no_repeat_ngram)[0]
    values, tokens = first.topk(min(num_beams, len(first)))
    beams = []
    for score, token in zip(values.tolist(), tokens.tolist()):
        # each of the best first tokens is the beginning of one beam
        text = ids[0].tolist() + [token]
        while len(text) < max_length and text[-1] != eos:
            x = torch.tensor([text], device=ids.device)
            log_p = ban_repeated_ngrams(model(x)[:, -1].log_softmax(-1), x, no_repeat_ngram)
            best = int(log_p.argmax())
            score += float(log_p[0, best])
            text.append(best)
        beams.append((torch.tensor(text, device=ids.device), score))
    return sorted(beams, key=lambda beam: beam[1], reverse=True)[:num_return]
