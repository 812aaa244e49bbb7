def temperature_for_entropy(z, target):
    if not 0 < target < math.log(len(z)):
        raise ValueError("no temperature gives this entropy")
    z = z.double()

    def H(T):
        log_p = F.log_softmax((z - z.max()) / T, dim=0)
        return -(log_p.exp() * log_p).sum().item()

    lo, hi = math.log(1e-8), math.log(1e8)
    while hi - lo > 1e-12:
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if H(math.exp(mid)) < target else (lo, mid)
    return math.exp(lo)
