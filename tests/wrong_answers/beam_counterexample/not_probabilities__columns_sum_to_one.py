def beam_counterexample():
    p = torch.tensor([[0.495, 0.5, 0.005], [0.4, 0.12, 0.48], [0.0, 0.0, 1.0]])
    return p.T
