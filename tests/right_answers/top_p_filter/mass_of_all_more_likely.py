def top_p_filter(logits, p):
    if p > 1 or p <= 0:
        raise ValueError("p is a mass: above 0, at most 1")
    if p == 1:
        return logits
    q = logits.softmax(-1)
    more_likely = q[:, None, :] > q[:, :, None]  # (b, token, other)
    mass_before = (more_likely * q[:, None, :]).sum(-1)
    out = logits.clone()
    out[mass_before >= p] = -torch.inf
    return out
