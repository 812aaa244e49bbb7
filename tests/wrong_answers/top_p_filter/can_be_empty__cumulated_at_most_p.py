def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    if p == 1:
        return logits
    values, order = torch.sort(logits, descending=True, dim=-1)
    values = values.masked_fill(values.softmax(-1).cumsum(-1) > p, -math.inf)
    return torch.empty_like(logits).scatter_(-1, order, values)
