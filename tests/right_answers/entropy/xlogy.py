def entropy(p: Tensor, dim: int = -1) -> Tensor:
    return -torch.xlogy(p, p).sum(dim)
