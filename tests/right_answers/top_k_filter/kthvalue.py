def top_k_filter(logits, k):
    if k < 1:
        raise ValueError(f"k = {k}")
    n = logits.shape[-1]
    if k >= n:
        return logits
    kth_largest = torch.kthvalue(logits, n - k + 1, dim=-1, keepdim=True).values
    out = torch.full_like(logits, -math.inf)
    stays = logits >= kth_largest
    out[stays] = logits[stays]
    return out
