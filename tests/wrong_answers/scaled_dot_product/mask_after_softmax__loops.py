def scaled_dot_product(q, k, v, mask=None):
    rows = []
    for i in range(q.shape[-2]):
        scores = (q[..., i : i + 1, :] * k).sum(-1) / math.sqrt(q.shape[-1])
        row = F.softmax(scores, dim=-1)
        rows.append(row)
    w = torch.stack(rows, dim=-2)
    if mask is not None:
        w = torch.where(mask, w, torch.zeros_like(w))
    return w @ v, w
