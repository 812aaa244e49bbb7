def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    if p == 1:
        return logits
    result = logits.clone()
    for scores in result:
        q = scores.softmax(0)
        order = sorted(range(len(q)), key=lambda i: -q[i].item())
        mass = 0.0
        for i in order:
            mass += q[i].item()
            if mass >= p:
                scores[i] = -math.inf
    return result
