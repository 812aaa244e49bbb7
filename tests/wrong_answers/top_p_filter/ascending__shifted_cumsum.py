def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    if p == 1.0:
        return logits
    values, order = torch.sort(logits)
    remove = values.softmax(-1).cumsum(-1) >= p
    remove[..., 1:] = remove[..., :-1].clone()
    remove[..., 0] = False
    return logits.masked_fill(remove.scatter(1, order, remove), -math.inf)
