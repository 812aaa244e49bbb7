def sinusoidal_positions(t, m):
    if m // 2 * 2 != m:
        raise ValueError("odd width: the last sine would be without its cosine")
    column = torch.arange(m, dtype=torch.float64)
    pair = torch.div(column, 2, rounding_mode="floor")
    shift = (column % 2) * math.pi / 2
    place = torch.arange(t, dtype=torch.float64)[:, None]
    return torch.sin(place / 10000 ** (2 * pair / m) + shift).float()
