def temperature_for_entropy(z, target):
    if not 0 < target < math.log(len(z)):
        raise ValueError("no temperature gives this entropy")
    z = z.double()
    low, high = math.log(1e-4), math.log(1e4)
    for _ in range(80):
        middle = (low + high) / 2
        log_p = F.log_softmax(z / math.exp(middle), dim=0)
        if float(-(log_p.exp() * log_p).sum()) < target:
            high = middle
        else:
            low = middle
    return math.exp(middle)
