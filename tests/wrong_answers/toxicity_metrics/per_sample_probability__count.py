def toxicity_metrics(scores, threshold):
    top, _ = scores.max(1)
    return float(top.mean()), int((scores >= threshold).sum()) / scores.numel()
