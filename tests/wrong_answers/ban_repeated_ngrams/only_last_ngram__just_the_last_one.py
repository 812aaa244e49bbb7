def ban_repeated_ngrams(logits, ids, n):
    out = logits.clone()
    if n == 0 or ids.shape[1] < n:
        return out
    for b, text in enumerate(ids.tolist()):
        last = text[-n:]
        beginning = text[len(text) - n + 1 :]
        if last[:-1] == beginning:
            out[b, last[-1]] = -math.inf
    return out
