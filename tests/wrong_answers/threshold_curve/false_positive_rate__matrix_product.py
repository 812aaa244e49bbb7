def threshold_curve(scores, labels, thresholds):
    flagged = (scores >= thresholds[:, None]).double()
    n = flagged.sum(1)
    tp = flagged @ labels.double()
    fp = flagged @ (1 - labels.double())
    return torch.where(n == 0, 1.0, tp / n), fp / (labels == 0).sum()
