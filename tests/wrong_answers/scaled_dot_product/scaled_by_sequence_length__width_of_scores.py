def scaled_dot_product(q, k, v, mask=None):
    scores = torch.einsum("...td,...sd->...ts", q, k)
    scores = scores / scores.size(-1) ** 0.5
    if mask is None:
        return scores.softmax(-1) @ v, scores.softmax(-1)
    w = torch.where(mask, scores, -1e30).softmax(-1)
    w = torch.where(mask, w, 0.0)
    return w @ v, w
