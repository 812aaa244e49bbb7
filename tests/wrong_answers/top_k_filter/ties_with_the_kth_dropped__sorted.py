def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    ordered = torch.sort(logits, dim=-1, descending=True).values
    kth = ordered[:, [min(k, logits.shape[1]) - 1]]
    return torch.where(logits > kth, logits, float("-inf"))
