def beam_counterexample():
    return torch.tensor(
        [
            [0.0, 0.52, 0.48, 0.0],  # greedy: token 1
            [0.35, 0.25, 0.0, 0.4],  # then token 3, with 0.208
            [0.5, 0.0, 0.5, 0.0],  # but both from token 2 have 0.24
            [0.0, 0.0, 0.0, 1.0],
        ]
    )
