def ban_repeated_ngrams(logits, ids, n):
    seen = torch.zeros_like(logits)
    t = ids.shape[1]
    if n > 0:
        for i in range(t - n + 1):
            same = (ids[:, i : i + n - 1] == ids[:, t - n + 1 :]).all(dim=1)
            seen[same, ids[same, i + n - 1]] = 1
    return torch.where(seen == 1, logits, -math.inf)
