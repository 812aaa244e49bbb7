def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    if p == 1:
        return logits
    values, order = torch.sort(logits, descending=True)
    remove = values.cumsum(-1) - values >= p
    return logits.masked_fill(remove.gather(1, order.argsort(1)), -math.inf)
