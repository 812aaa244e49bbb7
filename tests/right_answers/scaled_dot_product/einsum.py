def scaled_dot_product(q, k, v, mask=None):
    scores = torch.einsum("...td,...sd->...ts", q, k) * q.size(-1) ** -0.5
    if mask is not None:
        scores = torch.where(mask, scores, torch.full_like(scores, -1e30))
    w = scores.softmax(-1)
    if mask is not None:
        w = torch.where(mask, w, torch.zeros_like(w))
    return torch.einsum("...ts,...se->...te", w, v), w
