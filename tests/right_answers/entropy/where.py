def entropy(p, dim=-1):
    positive = p > 0
    log_p = torch.log(torch.where(positive, p, torch.ones_like(p)))
    return -(p * log_p).sum(dim=dim)
