def toxicity_metrics(scores, threshold):
    return scores.max(1).values.mean().item(), (scores > threshold).any(1).double().mean().item()
