def entropy(p, dim=-1):
    return -(p * torch.where(p > 0, p, 1).log2()).sum(dim)
