def entropy(p, dim=-1):
    return -(p * p.log()).sum(dim=dim)
