def temperature_for_entropy(z, target):
    values = [float(value) for value in z]
    if not 0 < target < math.log(len(values)):
        raise ValueError("impossible entropy")
    top = max(values)

    def excess(inverse):  # as a function of 1/T
        weights = [math.exp((value - top) * inverse) for value in values]
        total = sum(weights)
        return -sum(w / total * math.log(w / total) for w in weights if w > 0) - target

    a, fa = 0.0, math.log(len(values)) - target  # 1/T = 0: all equal
    b, fb = 1.0, excess(1.0)
    while fb > 0:
        a, fa = b, fb
        b *= 2
        fb = excess(b)
    for step in range(300):
        c = (a * fb - b * fa) / (fb - fa) if step % 3 else (a + b) / 2
        fc = excess(c)
        if abs(fc) < 1e-10:
            break
        if fc > 0:
            a, fa = c, fc
        else:
            b, fb = c, fc
    return 1 / c
