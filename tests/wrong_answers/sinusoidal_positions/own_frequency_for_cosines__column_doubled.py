def sinusoidal_positions(t, m):
    if m % 2 != 0:
        raise ValueError("m must be even")
    table = torch.zeros(t, m)
    for pos in range(t):
        for i in range(0, m, 2):
            table[pos, i] = math.sin(pos / (10000 ** ((2 * i) / m)))
            table[pos, i + 1] = math.cos(pos / (10000 ** ((2 * (i + 1)) / m)))
    return table
