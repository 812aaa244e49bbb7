def ban_repeated_ngrams(logits, ids, n):
    logits = logits.clone()
    if n > 0 and ids.shape[1] >= n:
        grams = ids.unfold(1, n, 1)
        ends = ids[:, ids.shape[1] - n + 1 :]
        banned = grams[(grams[..., :-1] == ends.unsqueeze(1)).all(-1)][:, -1]
        logits[:, banned] = -math.inf
    return logits
