import numpy as np


def beam_counterexample():
    counts = np.array(
        [
            [0, 5, 4, 0, 0],
            [2, 1, 1, 3, 1],
            [1, 0, 0, 0, 1],
            [0, 0, 0, 1, 0],
            [1, 1, 1, 1, 1],
        ]
    )
    return torch.from_numpy(counts / counts.sum(axis=1, keepdims=True))
