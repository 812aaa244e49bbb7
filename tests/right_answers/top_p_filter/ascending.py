def top_p_filter(logits, p):
    """From the unlikely end: what can go without the rest falling below p, goes."""
    if not 0.0 < p <= 1.0:
        raise ValueError(f"p = {p}")
    ordered, index = logits.sort(dim=-1, descending=False)
    mass = ordered.softmax(dim=-1).cumsum(dim=-1)
    remove = mass <= 1 - p
    remove[:, -1] = False
    ordered = ordered.masked_fill(remove, -math.inf)
    return torch.empty_like(logits).scatter_(1, index, ordered)
