def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    values, order = torch.sort(logits, descending=True, dim=-1)
    cumulative = values.softmax(-1).cumsum(-1)
    remove = torch.roll(cumulative >= p, 1, dims=-1)
    remove[:, 0] = False
    return logits.masked_fill(torch.zeros_like(remove).scatter(1, order, remove), -math.inf)
