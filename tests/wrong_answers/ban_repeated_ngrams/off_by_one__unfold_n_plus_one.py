def ban_repeated_ngrams(logits, ids, n):
    t = ids.shape[1]
    if n == 0 or t < n + 1:
        return logits
    grams = ids.unfold(1, n + 1, 1)
    same = (grams[..., :-1] == ids[:, None, t - n :]).all(-1)
    row, place = same.nonzero(as_tuple=True)
    out = logits.clone()
    out[row, grams[row, place, -1]] = -math.inf
    return out
