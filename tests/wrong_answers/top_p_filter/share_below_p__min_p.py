def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    q = F.softmax(logits, dim=-1)
    return logits if p == 1 else torch.where(q < 1 - p, -math.inf, logits)
