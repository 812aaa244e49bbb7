def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    out = logits.clone()
    if p != 1:
        out[out.softmax(-1) < p] = -math.inf
    return out
