import numpy as np


def toxicity_metrics(scores, threshold):
    table = scores.cpu().numpy()
    top = table.max(axis=1)
    return np.mean(top), np.count_nonzero(top >= threshold) / len(top)
