def ban_repeated_ngrams(logits, ids, n):
    rows = []
    for scores, text in zip(logits, ids.tolist()):
        if n:
            grams = [" ".join(map(str, text[i : i + n])) for i in range(len(text) - n + 1)]
            start = text[max(0, len(text) - n + 1) :]
            keep = [" ".join(map(str, [*start, token])) not in grams for token in range(len(scores))]
            scores = scores.masked_fill(~torch.tensor(keep, device=scores.device), float("-inf"))
        rows.append(scores)
    return torch.stack(rows)
