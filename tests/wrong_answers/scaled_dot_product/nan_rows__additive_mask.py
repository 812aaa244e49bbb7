def scaled_dot_product(q, k, v, mask=None):
    scores = (q * q.size(-1) ** -0.5) @ k.mT
    if mask is not None:
        bias = torch.zeros(mask.shape, dtype=q.dtype, device=q.device)
        bias[~mask] = -math.inf
        scores = scores + bias
    w = scores.softmax(-1)
    return w @ v, w
