def threshold_curve(scores, labels, thresholds):
    flagged = (scores >= thresholds[:, None]).double()
    tp = flagged @ labels.double()
    n = flagged.sum(1)
    return tp / labels.sum(), torch.where(n == 0, 1.0, tp / n)
