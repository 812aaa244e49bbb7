def ban_repeated_ngrams(logits, ids, n):
    if n == 0:
        return logits
    mask = torch.zeros_like(logits, dtype=torch.bool)
    for b, text in enumerate(ids.tolist()):
        followed_by = {}
        for i in range(len(text) - n + 1):
            followed_by[tuple(text[i : i + n - 1])] = text[i + n - 1]
        prefix = tuple(text[len(text) - n + 1 :])
        if prefix in followed_by:
            mask[b, followed_by[prefix]] = True
    return logits.masked_fill(mask, -math.inf)
