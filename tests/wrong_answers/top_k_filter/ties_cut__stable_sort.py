def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    order = torch.sort(logits, dim=1, descending=True, stable=True).indices
    return logits.scatter(1, order[:, k:], -math.inf)
