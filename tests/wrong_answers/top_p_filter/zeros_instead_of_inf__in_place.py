def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    if p == 1:
        return logits
    values, order = torch.sort(logits, descending=True)
    q = values.softmax(-1)
    values[q.cumsum(-1) - q >= p] = 0
    return torch.zeros_like(logits).scatter_(1, order, values)
