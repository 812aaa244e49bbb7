def scaled_dot_product(q, k, v, mask=None):
    scores = q.matmul(k.transpose(-1, -2)) / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    largest = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).amax(dim=-1, keepdim=True)
    e = torch.exp((scores - largest).masked_fill(~mask, 0.0)) * mask
    total = e.sum(dim=-1, keepdim=True)
    w = e / total.masked_fill(total == 0, 1.0)
    return w.matmul(v), w
