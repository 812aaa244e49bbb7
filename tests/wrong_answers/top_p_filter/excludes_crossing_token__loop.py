def top_p_filter(logits, p):
    if not 0 < p <= 1:
        raise ValueError("0 < p <= 1")
    if p == 1:
        return logits
    out = torch.full_like(logits, -math.inf)
    for row in range(len(logits)):
        q = torch.softmax(logits[row], 0)
        mass = 0.0
        for n, token in enumerate(q.argsort(descending=True).tolist()):
            mass += q[token].item()
            if mass > p and n > 0:
                break
            out[row, token] = logits[row, token]
    return out
