def ban_repeated_ngrams(logits, ids, n):
    if n == 0:
        return logits
    out = logits.clone()
    for b, text in enumerate(ids.tolist()):
        if len(text) < n:
            continue
        prefix = text[-(n - 1) :]
        for i in range(len(text) - n + 1):
            if text[i : i + n - 1] == prefix:
                out[b, text[i + n - 1]] = -math.inf
    return out
