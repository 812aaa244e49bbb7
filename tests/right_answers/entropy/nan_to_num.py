def entropy(p, dim=-1):
    # 0 * log 0 is 0 * -inf, which is nan in floating point but 0 as a limit
    return torch.nan_to_num(p * torch.log2(p), nan=0.0).sum(dim).mul(-math.log(2))
