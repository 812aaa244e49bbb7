def scaled_dot_product(q, k, v, mask=None):
    dtype = q.dtype
    q, k, v = q.double(), k.double(), v.double()
    scores = q @ k.mT / math.sqrt(q.shape[-1])
    if mask is None:
        w = F.softmax(scores, dim=-1)
    else:
        w = F.softmax(scores.masked_fill(mask.logical_not(), -1e200), dim=-1) * mask
    return (w @ v).to(dtype), w.to(dtype)
