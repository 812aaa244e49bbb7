def scaled_dot_product(q, k, v, mask=None):
    scores = q.matmul(k.transpose(-1, -2)) / math.sqrt(q.shape[-1])
    e = torch.exp(scores - scores.amax(dim=-1, keepdim=True).detach())
    if mask is not None:
        e = e * mask
    total = e.sum(dim=-1, keepdim=True)
    w = e / total.masked_fill(total == 0, 1.0)
    return w.matmul(v), w
