def entropy(p, dim=-1):
    return torch.xlogy(p, p).sum(dim)
