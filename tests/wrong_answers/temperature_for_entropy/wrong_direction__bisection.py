def temperature_for_entropy(z, target):
    n = z.shape[0]
    if target <= 0 or target >= math.log(n):
        raise ValueError("target outside (0, log n)")
    low, high = 1e-3, 1e3
    for _ in range(100):
        middle = (low + high) / 2
        if entropy(softmax(z, middle)) > target:
            low = middle
        else:
            high = middle
    return (low + high) / 2
