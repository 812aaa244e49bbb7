def scaled_dot_product(q, k, v, mask=None):
    # fold all the leading axes into one, so that bmm can be used
    lead = q.shape[:-2]
    t, s, d, e = q.shape[-2], k.shape[-2], q.shape[-1], v.shape[-1]
    scores = torch.bmm(q.reshape(-1, t, d), k.reshape(-1, s, d).transpose(1, 2)) / d**0.5
    if mask is not None:
        allowed = mask.expand(lead + (t, s)).reshape(-1, t, s)
        scores = scores.masked_fill(~allowed, torch.finfo(scores.dtype).min)
    w = torch.softmax(scores, dim=-1)
    if mask is not None:
        w = w * allowed.any(dim=-1, keepdim=True)  # the rows that see nothing
    y = torch.bmm(w, v.reshape(-1, s, e))
    return y.view(lead + (t, e)), w.view(lead + (t, s))
