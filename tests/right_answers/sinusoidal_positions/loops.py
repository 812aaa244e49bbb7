def sinusoidal_positions(t, m):
    if m % 2:
        raise ValueError("an odd width has no pairs of sine and cosine")
    table = torch.empty(t, m)
    for pos in range(t):
        for i in range(m // 2):
            angle = pos / 10000 ** (2 * i / m)
            table[pos, 2 * i] = math.sin(angle)
            table[pos, 2 * i + 1] = math.cos(angle)
    return table
