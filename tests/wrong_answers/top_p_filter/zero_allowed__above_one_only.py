def top_p_filter(logits, p):
    assert isinstance(p, float)
    if p <= 0:
        raise ValueError("p must be positive")
    if p >= 1:
        return logits
    q = logits.softmax(-1)
    before = ((q[:, None, :] > q[:, :, None]) * q[:, None, :]).sum(-1)
    return logits.masked_fill(before >= p, -math.inf)
