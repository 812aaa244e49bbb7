def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    start = ids.shape[1]
    beams = [(ids[0].tolist(), 0.0)]
    for _ in range(max_length - start):
        candidates = []
        for tokens, score in beams:
            if len(tokens) > start and tokens[-1] == eos:
                candidates.append((tokens, score))
                continue
            text = torch.tensor([tokens], device=ids.device)
            log_p = torch.log_softmax(model(text)[:, -1], dim=-1)
            log_p = ban_repeated_ngrams(log_p, text, no_repeat_ngram)[0]
            for token, step in enumerate(log_p.tolist()):
                if step > -math.inf:
                    candidates.append((tokens + [token], score + step))
        candidates.sort(key=lambda pair: pair[1], reverse=True)
        beams = candidates[:num_beams]
    return [(torch.tensor(tokens, device=ids.device), score) for tokens, score in reversed(beams[:num_return])]
