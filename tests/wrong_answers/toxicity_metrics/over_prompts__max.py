def toxicity_metrics(scores, threshold):
    top = torch.max(scores, 0).values
    return float(top.sum() / len(top)), float((top >= threshold).sum() / len(top))
