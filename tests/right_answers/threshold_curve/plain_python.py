def threshold_curve(scores, labels, thresholds):
    pairs = list(zip(scores.tolist(), labels.tolist()))
    precision, recall = torch.ones(len(thresholds)), torch.zeros(len(thresholds))
    for k, t in enumerate(thresholds.tolist()):
        tp = sum(1 for s, y in pairs if s >= t and y)
        fp = sum(1 for s, y in pairs if s >= t and not y)
        fn = sum(1 for s, y in pairs if s < t and y)
        if tp + fp:
            precision[k] = tp / (tp + fp)
        recall[k] = tp / (tp + fn)
    return precision.to(scores.device), recall.to(scores.device)
