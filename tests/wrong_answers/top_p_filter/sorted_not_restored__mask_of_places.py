def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    if p == 1:
        return logits
    q = torch.sort(torch.softmax(logits, -1), descending=True)[0]
    n = (q.cumsum(-1) < p).sum(-1, keepdim=True) + 1
    places = torch.arange(logits.shape[-1], device=logits.device)
    return torch.where(places < n, logits, -math.inf)
