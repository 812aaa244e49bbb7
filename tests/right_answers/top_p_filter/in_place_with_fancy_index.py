def top_p_filter(logits, p):
    if p <= 0 or 1 < p:
        raise ValueError("p must satisfy 0 < p <= 1")
    if p < 1:
        order = torch.argsort(-logits, dim=1)
        rows = torch.arange(len(logits), device=logits.device)[:, None]
        cum = torch.softmax(logits[rows, order], dim=1).cumsum(1)
        n_keep = (cum < p).sum(1, keepdim=True) + 1
        drop = torch.arange(logits.shape[1], device=logits.device)[None] >= n_keep
        logits[rows.expand_as(order)[drop], order[drop]] = float("-inf")
    return logits
