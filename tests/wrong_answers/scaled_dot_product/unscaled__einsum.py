def scaled_dot_product(q, k, v, mask=None):
    scores = torch.einsum("...td,...sd->...ts", q, k)
    if mask is None:
        w = scores.softmax(-1)
    else:
        w = torch.where(mask, scores, -1e30).softmax(-1) * mask
    return torch.einsum("...ts,...se->...te", w, v), w
