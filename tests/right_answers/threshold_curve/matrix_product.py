def threshold_curve(scores, labels, thresholds):
    flagged = (scores[None, :] >= thresholds[:, None]).double()
    found = flagged @ labels.double()
    total = flagged.sum(1)
    precision = torch.where(total > 0, found / total.clamp(min=1), torch.ones_like(found))
    return precision, found / labels.double().sum()
