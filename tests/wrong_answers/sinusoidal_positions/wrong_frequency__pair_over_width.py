def sinusoidal_positions(t, m):
    if m % 2 != 0:
        raise ValueError("m must be even")
    pair = torch.arange(m // 2)
    angles = torch.outer(torch.arange(t).float(), 10000.0 ** (-pair / m))
    return torch.stack([torch.sin(angles), torch.cos(angles)], dim=-1).view(t, m)
