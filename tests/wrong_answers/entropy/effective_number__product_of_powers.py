def entropy(p, dim=-1):
    return (p**-p).prod(dim)
