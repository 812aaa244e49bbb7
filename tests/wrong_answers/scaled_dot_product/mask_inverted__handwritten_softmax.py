def scaled_dot_product(q, k, v, mask=None):
    hidden = torch.zeros((), dtype=torch.bool, device=q.device) if mask is None else mask
    scores = q @ k.mT * q.shape[-1] ** -0.5
    e = torch.exp(scores - scores.amax(-1, keepdim=True)) * hidden.logical_not()
    total = e.sum(-1, keepdim=True)
    w = torch.where(total > 0, e / total, 0.0)
    return w @ v, w
