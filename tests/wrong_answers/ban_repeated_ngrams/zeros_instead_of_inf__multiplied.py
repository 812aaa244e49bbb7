def ban_repeated_ngrams(logits, ids, n):
    keep = torch.ones_like(logits)
    for b, text in enumerate(ids.tolist()):
        prefix = text[len(text) - n + 1 :]
        for *start, end in [text[i : i + n] for i in range(len(text) - n + 1)] if n else []:
            if start == prefix:
                keep[b, end] = 0
    return logits * keep
