def ban_repeated_ngrams(logits, ids, n):
    logits = logits.clone()
    t = ids.shape[1]
    if n > 0:
        for row, text in enumerate(ids):
            for i in range(t - n + 1):
                if torch.equal(text[i : i + n - 1], text[t - n + 1 :]):
                    logits[row, text[i + n - 1]] = -torch.inf
                    break
    return logits
