def sinusoidal_positions(t: int, m: int) -> Tensor:
    if m % 2 == 1:
        raise ValueError("m has to be even")
    frequency = 10_000.0 ** (-torch.arange(0, m, 2, dtype=torch.float64) / m)
    angle = torch.outer(torch.arange(t, dtype=torch.float64), frequency)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1).to(torch.get_default_dtype())
