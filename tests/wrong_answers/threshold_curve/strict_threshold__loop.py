def threshold_curve(scores, labels, thresholds):
    precision, recall = [], []
    for t in thresholds:
        flagged = scores > t
        right = int((flagged & (labels == 1)).sum())
        precision.append(right / int(flagged.sum()) if flagged.any() else 1.0)
        recall.append(right / int((labels == 1).sum()))
    return torch.tensor(precision, device=scores.device), torch.tensor(recall, device=scores.device)
