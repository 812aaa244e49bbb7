def entropy(p, dim=-1):
    p = p.movedim(dim, -1)
    values = []
    for row in p.reshape(-1, p.shape[-1]):
        kept = row[row > 0]
        values.append(-(kept * kept.log()).sum())
    return torch.stack(values).reshape(p.shape[:-1])
