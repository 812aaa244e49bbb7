def ban_repeated_ngrams(logits, ids, n):
    if n == 0 or ids.shape[1] < n:
        return logits
    return logits.scatter(1, ids[:, n - 1 :], -math.inf)
