def entropy(p, dim=-1):
    p = p.movedim(dim, -1)
    return torch.einsum("...n,...n->...", p, -torch.log(p))
