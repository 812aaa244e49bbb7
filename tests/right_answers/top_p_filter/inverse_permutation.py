def top_p_filter(logits: Tensor, p: float) -> Tensor:
    if not (p > 0 and p <= 1):
        raise ValueError("need 0 < p <= 1")
    values, order = torch.sort(logits, dim=-1, descending=True)
    if p < 1:
        q = torch.exp(values - values.logsumexp(-1, keepdim=True))
        before = F.pad(q.cumsum(-1), (1, 0))[:, :-1]
        values = values.where(before < p, torch.full_like(values, -math.inf))
    return values.gather(-1, order.argsort(-1))
