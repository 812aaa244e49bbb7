def sinusoidal_positions(t, m):
    if m % 2 != 0:
        raise ValueError("m must be even")
    frequencies = 10000 ** (-torch.arange(0, m, 2) / m)
    angles = torch.arange(t)[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
