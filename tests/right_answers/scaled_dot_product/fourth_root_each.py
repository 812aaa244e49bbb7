def scaled_dot_product(q, k, v, mask=None):
    # scale both sides, so that the product never grows large
    root = q.shape[-1] ** 0.25
    scores = (q / root) @ (k / root).transpose(-2, -1)
    if mask is not None:
        scores = scores + (~mask).to(scores.dtype) * torch.finfo(scores.dtype).min / 2
    w = F.softmax(scores, dim=-1)
    if mask is not None:
        w = w.masked_fill(~mask, 0)
    return torch.matmul(w, v), w
