def scaled_dot_product(q, k, v, mask=None):
    scores = torch.einsum("...td,...sd->...ts", q, k) / math.sqrt(q.size(-1))
    if mask is not None:
        scores = torch.where(mask, scores, torch.full_like(scores, -1e9))
    w = scores.softmax(-1)
    return torch.einsum("...ts,...se->...te", w, v), w
