def temperature_for_entropy(z, target):
    n = len(z)
    if target <= 0 or target >= math.log(n):
        raise ValueError("target outside (0, log n)")
    z = z.double() - z.max()
    low, high = -20.0, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        p = torch.softmax(z / math.exp(middle), 0)
        reached = torch.special.entr(p).sum().item()
        if reached < target:
            low = middle
        else:
            high = middle
    return math.exp(-low)
