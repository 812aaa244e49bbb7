def top_k_filter(logits, k):
    if k < 1:
        raise ValueError
    filtered = []
    for row in logits.tolist():
        least = sorted(row)[-k:][0]
        filtered.append([x if x >= least else float("-inf") for x in row])
    return torch.tensor(filtered, device=logits.device)
