def top_p_filter(logits, p):
    if p == 1:
        return logits
    values, order = torch.sort(logits, descending=True)
    q = values.softmax(-1)
    values = torch.where(q.cumsum(-1) - q < p, values, -math.inf)
    return values.gather(1, order.argsort(1))
