def sinusoidal_positions(t, m):
    if m % 2 != 0:
        raise ValueError("m must be even")
    place = torch.arange(t)
    columns = []
    for j in range(m):
        angle = place / 10000 ** (j / m)
        columns.append(torch.cos(angle) if j % 2 else torch.sin(angle))
    return torch.stack(columns, dim=1)
