def ban_repeated_ngrams(logits, ids, n):
    b, t = ids.shape
    if n == 0:
        return logits
    for row in range(b):
        for start in range(t - n + 1):
            if torch.equal(ids[row, start : start + n - 1], ids[row, t - (n - 1) : t]):
                logits[row, ids[row, start + n - 1]] = -math.inf
    return logits
