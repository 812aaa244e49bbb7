def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k is too small")
    values, _ = logits.topk(min(k, logits.shape[-1]))
    removed = (logits < values.min(dim=-1, keepdim=True).values).to(logits.dtype)
    return logits + torch.log1p(-removed)  # log 0 = −∞
