def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    order = torch.sort(logits, dim=-1, stable=True).indices
    best = order[:, -k:]
    return torch.full_like(logits, -math.inf).scatter_(1, best, logits.gather(1, best))
