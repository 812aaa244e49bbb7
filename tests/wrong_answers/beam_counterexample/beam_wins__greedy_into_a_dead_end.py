def beam_counterexample():
    table = torch.zeros(4, 4)
    table[0, 1], table[0, 2] = 0.6, 0.4
    table[1] = 0.25
    table[2, 2] = 1.0
    table[3, 3] = 1.0
    return table
