def threshold_curve(scores, labels, thresholds):
    precision, recall = [], []
    for t in thresholds:
        flagged = scores >= t
        precision.append(
            labels[flagged].double().mean() if flagged.any() else torch.ones((), device=scores.device).double()
        )
        recall.append((scores[labels] >= t).double().mean())
    return torch.stack(precision), torch.stack(recall)
