def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    ordered, _ = logits.sort(0, descending=True)
    threshold = ordered[min(k, len(logits)) - 1]
    return torch.where(logits < threshold, torch.full_like(logits, -math.inf), logits)
