def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    n = logits.shape[-1]
    kth = torch.kthvalue(logits, n - min(k, n) + 1, dim=-1, keepdim=True).values
    return logits * (logits >= kth)
