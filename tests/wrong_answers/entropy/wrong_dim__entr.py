def entropy(p, dim=-1):
    return torch.special.entr(p).sum(-1)
