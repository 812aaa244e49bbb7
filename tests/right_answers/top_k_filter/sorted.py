def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    k = min(k, logits.size(-1))
    ordered, _ = torch.sort(logits, dim=-1, descending=True)
    threshold = ordered[:, k - 1].unsqueeze(1)
    return torch.where(logits >= threshold, logits, torch.tensor(-math.inf, dtype=logits.dtype, device=logits.device))
