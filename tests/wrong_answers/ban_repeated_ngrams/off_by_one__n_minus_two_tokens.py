def ban_repeated_ngrams(logits, ids, n):
    out = logits.clone()
    size = max(n - 1, 0)
    if size:
        for b, text in enumerate(ids.tolist()):
            seen = {tuple(text[i : i + size]) for i in range(len(text) - size + 1)}
            for token in range(logits.shape[1]):
                if tuple((text + [token])[-size:]) in seen:
                    out[b, token] = -math.inf
    return out
