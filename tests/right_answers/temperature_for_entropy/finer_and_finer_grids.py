def temperature_for_entropy(z, target):
    n = z.shape[-1]
    if not (0.0 < target < math.log(n)):
        raise ValueError("target outside (0, log n)")
    z = z.double()
    lo, hi = -9.0, 9.0  # powers of ten
    for _ in range(12):
        exponents = torch.linspace(lo, hi, 101, dtype=torch.float64, device=z.device)
        p = torch.softmax((z - z.max())[None, :] / (10**exponents)[:, None], dim=1)
        H = -torch.xlogy(p, p).sum(1)
        above = int((H < target).sum())  # the entropy grows with the temperature
        lo, hi = exponents[max(above - 1, 0)].item(), exponents[min(above, 100)].item()
    return 10 ** ((lo + hi) / 2)
