def entropy(p, dim=-1):
    surprise = -p.clamp(min=torch.finfo(p.dtype).tiny).log()
    return torch.sum(p * surprise, dim)
