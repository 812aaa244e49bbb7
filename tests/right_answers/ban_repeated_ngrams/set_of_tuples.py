def ban_repeated_ngrams(logits, ids, n):
    out = logits.clone()
    if n <= 0:
        return out
    for b, text in enumerate(ids.tolist()):
        seen = {tuple(text[i : i + n]) for i in range(len(text) - n + 1)}
        for token in range(logits.shape[1]):
            if tuple((text + [token])[-n:]) in seen:
                out[b, token] = -torch.inf
    return out
