def beam_counterexample():
    steps = {
        0: {1: 0.34, 2: 0.33, 3: 0.33},
        1: {6: 0.36, 4: 0.32, 5: 0.32},
        2: {4: 0.5, 5: 0.5},
        3: {4: 0.5, 5: 0.5},
        6: {6: 1.0},
    }
    table = torch.zeros(7, 7, dtype=torch.float64)
    for token in range(7):
        for following in range(7):
            table[token, following] = steps[token].get(following, 0) if token in steps else 1 / 7
    return table
