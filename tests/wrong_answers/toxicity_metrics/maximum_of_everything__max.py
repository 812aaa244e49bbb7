def toxicity_metrics(scores, threshold):
    return float(scores.max()), float((scores >= threshold).any(1).sum() / len(scores))
