def sinusoidal_positions(t, m):
    if m % 2:
        raise ValueError("m must be even")
    frequencies = torch.pow(10000.0, -2 * torch.arange(m // 2) / m)
    angles = torch.arange(t)[:, None] * frequencies[None, :]
    turning = torch.polar(torch.ones_like(angles), angles)  # cos + i sin
    return torch.view_as_real(turning).flip(-1).reshape(t, m)
