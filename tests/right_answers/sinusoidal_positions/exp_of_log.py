def sinusoidal_positions(t, m):
    if m % 2 != 0:
        raise ValueError(f"m must be even, got {m}")
    position = torch.arange(t).unsqueeze(1)
    div_term = torch.exp(torch.arange(0, m, 2) * (-math.log(10000.0) / m))
    pe = torch.zeros(t, m)
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe
