def temperature_for_entropy(z, target):
    n = z.shape[0]
    if target <= 0 or target >= math.log(n):
        raise ValueError(f"the entropy of {n} outcomes lies between 0 and {math.log(n):.3f}")
    low, high = 0.0, 1.0
    while entropy(softmax(z, high)) < target:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        if entropy(softmax(z, middle)) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2
