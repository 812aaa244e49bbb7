def sinusoidal_positions(t, m):
    if m % 2 != 0:
        raise ValueError("m must be even")
    angles = torch.outer(torch.arange(t).float(), 10000 ** (-torch.arange(0, m, 2) / m))
    return torch.view_as_real(torch.polar(torch.ones_like(angles), angles)).reshape(t, m)
