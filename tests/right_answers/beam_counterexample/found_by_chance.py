def beam_counterexample():
    def best(table, width):
        beams = [(1.0, [0])]
        for _ in range(4):
            longer = [(p * q, [*text, j]) for p, text in beams for j, q in enumerate(table[text[-1]].tolist())]
            beams = sorted(longer, key=lambda beam: beam[0], reverse=True)[:width]
        return beams[0][0]

    rng = torch.Generator().manual_seed(1)
    while True:
        table = torch.softmax(3 * torch.randn(5, 5, generator=rng, dtype=torch.float64), dim=1)
        if best(table, 1) > 1.05 * best(table, 2):
            return table
