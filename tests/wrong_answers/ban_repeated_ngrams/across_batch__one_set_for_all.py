def ban_repeated_ngrams(logits, ids, n):
    out = logits.clone()
    if n == 0:
        return out
    texts = ids.tolist()
    seen = set()
    for text in texts:
        for i in range(len(text) - n + 1):
            seen.add(tuple(text[i : i + n]))
    for b, text in enumerate(texts):
        for token in range(out.shape[1]):
            if tuple([*text, token][-n:]) in seen:
                out[b, token] = -math.inf
    return out
