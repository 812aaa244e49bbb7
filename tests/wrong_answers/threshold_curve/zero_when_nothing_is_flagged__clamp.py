def threshold_curve(scores, labels, thresholds):
    flagged = (scores >= thresholds[:, None]).double()
    tp = flagged @ labels.double()
    return tp / flagged.sum(1).clamp(min=1), tp / labels.sum()
