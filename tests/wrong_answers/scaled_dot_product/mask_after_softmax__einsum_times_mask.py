def scaled_dot_product(q, k, v, mask=None):
    w = (torch.einsum("...td,...sd->...ts", q, k) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    if mask is not None:
        w = w * mask.to(w.dtype)
    return torch.einsum("...ts,...se->...te", w, v), w
