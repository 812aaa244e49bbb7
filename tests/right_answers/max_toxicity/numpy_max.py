import numpy as np


def max_toxicity(scores):
    largest = np.max(list(scores.values()), axis=0)
    return largest.tolist() if largest.ndim else float(largest)
