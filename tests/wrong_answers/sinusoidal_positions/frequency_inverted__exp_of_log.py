def sinusoidal_positions(t, m):
    if m % 2 != 0:
        raise ValueError("m must be even")
    # in float64: these angles grow large
    frequency = torch.exp(torch.arange(0, m, 2, dtype=torch.float64) * math.log(10000) / m)
    angles = torch.arange(t, dtype=torch.float64)[:, None] * frequency
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
