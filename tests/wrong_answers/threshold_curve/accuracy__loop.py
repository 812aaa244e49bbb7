def threshold_curve(scores, labels, thresholds):
    accuracy, recall = [], []
    for t in thresholds:
        flagged = scores >= t
        accuracy.append(int((flagged == (labels == 1)).sum()) / len(scores))
        recall.append(int((flagged & (labels == 1)).sum()) / int((labels == 1).sum()))
    return torch.tensor(accuracy, device=scores.device), torch.tensor(recall, device=scores.device)
