def scaled_dot_product(q, k, v, mask=None):
    """One query at a time; only the keys it may attend to take part."""
    lead, t, s = q.shape[:-2], q.shape[-2], k.shape[-2]
    if mask is None:
        mask = torch.ones(t, s, dtype=torch.bool, device=q.device)
    mask = mask.expand(*lead, t, s).reshape(-1, t, s)
    qs, ks, vs = q.reshape(-1, t, q.shape[-1]), k.reshape(-1, s, k.shape[-1]), v.reshape(-1, s, v.shape[-1])

    y = q.new_zeros(len(qs), t, v.shape[-1])
    w = q.new_zeros(len(qs), t, s)
    for n in range(len(qs)):
        for i in range(t):
            seen = mask[n, i].nonzero()[:, 0]
            if len(seen) == 0:
                continue  # nothing to attend to: stays zero
            scores = ks[n, seen] @ qs[n, i] / math.sqrt(q.shape[-1])
            w[n, i, seen] = F.softmax(scores, dim=0)
            y[n, i] = F.softmax(scores, dim=0) @ vs[n, seen]
    return y.reshape(*lead, t, v.shape[-1]), w.reshape(*lead, t, s)
