def entropy(p, dim=-1):
    return -torch.mean(torch.xlogy(p, p), dim)
