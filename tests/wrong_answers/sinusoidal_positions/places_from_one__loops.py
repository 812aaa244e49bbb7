def sinusoidal_positions(t, m):
    if m % 2 != 0:
        raise ValueError("m must be even")
    rows = []
    for pos in range(1, t + 1):
        row = []
        for i in range(m // 2):
            angle = pos / 10000 ** (2 * i / m)
            row += [math.sin(angle), math.cos(angle)]
        rows.append(row)
    return torch.tensor(rows)
