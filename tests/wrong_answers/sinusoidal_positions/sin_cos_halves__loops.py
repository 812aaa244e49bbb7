def sinusoidal_positions(t, m):
    if m % 2:
        raise ValueError("m must be even")
    half = m // 2
    table = torch.zeros(t, m)
    for pos in range(t):
        for i in range(half):
            angle = pos / 10000 ** (2 * i / m)
            table[pos, i] = math.sin(angle)
            table[pos, i + half] = math.cos(angle)
    return table
