def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    t = ids.shape[1]
    V = model(ids).shape[-1]
    beams = [(ids, 0.0)]

    def ended(text):
        return eos is not None and text.shape[1] > t and text[0, -1] == eos

    def repeats(text):
        grams = [tuple(g) for g in text[0].unfold(0, no_repeat_ngram, 1).tolist()]
        return grams[-1] in grams[:-1]

    for length in range(t + 1, max_length + 1):
        pool = []
        for text, score in beams:
            if ended(text):
                pool.append((text, score))
                continue
            texts = torch.cat([text.expand(V, -1), torch.arange(V, device=ids.device)[:, None]], dim=1)
            scores = sequence_log_prob(model, texts, t)
            for i in range(V):
                if no_repeat_ngram == 0 or length < no_repeat_ngram or not repeats(texts[i : i + 1]):
                    pool.append((texts[i : i + 1], scores[i]))
        beams = sorted(pool, key=lambda x: float(x[1]), reverse=True)[:num_beams]
    return [(text[0], float(score)) for text, score in beams[:num_return]]
