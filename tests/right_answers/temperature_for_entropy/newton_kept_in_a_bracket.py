def temperature_for_entropy(z: Tensor, target: float) -> float:
    """Newton's method in log T; dH/d(log T) is the variance of z/T under p."""
    if target <= 0 or target >= math.log(z.numel()):
        raise ValueError(f"target must lie strictly between 0 and log n, got {target}")
    z = z.detach().to(torch.float64)
    z = z - z.max()
    low, high = -30.0, 30.0
    log_t = math.log(float(z.std()) + 1e-12)
    for _ in range(200):
        u = z / math.exp(log_t)
        p = torch.softmax(u, 0)
        gap = float(torch.special.entr(p).sum()) - target
        if abs(gap) < 1e-11:
            break
        if gap > 0:
            high = log_t
        else:
            low = log_t
        slope = float((p * u**2).sum() - (p * u).sum() ** 2)
        step = log_t - gap / slope if slope > 1e-12 else math.inf
        log_t = step if low < step < high else (low + high) / 2
    return math.exp(log_t)
