def beam_counterexample():
    # Greedy goes 0, 1, 2 and then stays at 2 for nothing: 0.5 · 0.48 = 0.24. After two steps both beams are elsewhere,
    # at 0, 0, 1 with 0.2475 and at 0, 0, 0 with 0.245, and every way from there costs more.
    return torch.tensor([[0.495, 0.5, 0.005], [0.4, 0.12, 0.48], [0.0, 0.0, 1.0]])
