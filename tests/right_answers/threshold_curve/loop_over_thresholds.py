def threshold_curve(scores, labels, thresholds):
    precision, recall = [], []
    for t in thresholds:
        flagged = scores >= t
        right = int((flagged & (labels == 1)).sum())
        precision.append(right / int(flagged.sum()) if flagged.any() else 1.0)
        recall.append(right / int((labels == 1).sum()))
    make = lambda values: torch.tensor(values, device=scores.device)
    return make(precision), make(recall)
