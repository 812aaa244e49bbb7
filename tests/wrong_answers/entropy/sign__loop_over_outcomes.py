def entropy(p, dim=-1):
    total = 0
    for q in p.unbind(dim):
        total = total + q * q.clamp(min=1e-30).log()
    return total
