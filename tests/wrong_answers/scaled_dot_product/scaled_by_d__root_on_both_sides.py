def scaled_dot_product(q, k, v, mask=None):
    q = q / math.sqrt(q.shape[-1])
    k = k / math.sqrt(k.shape[-1])
    scores = torch.einsum("...td,...sd->...ts", q, k)
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e30)
    w = torch.softmax(scores, -1)
    if mask is not None:
        w = w * mask
    return w @ v, w
