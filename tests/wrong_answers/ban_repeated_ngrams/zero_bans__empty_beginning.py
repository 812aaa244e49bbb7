def ban_repeated_ngrams(logits, ids, n):
    out = logits.clone()
    for b, text in enumerate(ids.tolist()):
        begun = text[len(text) - max(n, 1) + 1 :]
        for i in range(len(text) - max(n, 1) + 1):
            if text[i : i + max(n, 1) - 1] == begun:
                out[b, text[i + max(n, 1) - 1]] = -math.inf
    return out
