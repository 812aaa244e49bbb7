def ban_repeated_ngrams(logits, ids, n):
    mask = torch.zeros_like(logits, dtype=torch.bool)
    if n > 0:
        for b, text in enumerate(ids.tolist()):
            next_tokens = {}
            for gram in zip(*(text[i:] for i in range(n))):
                next_tokens.setdefault(gram[:-1], []).append(gram[-1])
            mask[b, next_tokens.get(tuple(text[1 - n :]), [])] = True
    return logits.masked_fill(mask, float("-inf"))
