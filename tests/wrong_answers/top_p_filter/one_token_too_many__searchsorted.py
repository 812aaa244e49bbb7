def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    if p == 1:
        return logits
    V = logits.shape[1]
    values, order = logits.sort(-1, descending=True)
    crossing = torch.searchsorted(values.softmax(-1).cumsum(-1), torch.full_like(values[:, :1], p))
    least = values.gather(1, (crossing + 1).clamp(max=V - 1))
    return torch.where(logits >= least, logits, -math.inf)
