def ban_repeated_ngrams(logits, ids, n):
    if n == 0 or ids.shape[1] < n:
        return logits
    grams = ids.unfold(1, n, 1)  # (b, places, n)
    last = ids[:, ids.shape[1] - n + 1 :]
    same = (grams[:, :, :-1] == last[:, None, :]).all(dim=-1)
    row, place = torch.where(same)
    result = logits.clone()
    result[row, grams[row, place, -1]] = float("-inf")
    return result
