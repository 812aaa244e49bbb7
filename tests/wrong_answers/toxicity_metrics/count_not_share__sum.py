def toxicity_metrics(scores, threshold):
    top = scores.max(1).values
    return float(top.mean()), int((top >= threshold).sum())
