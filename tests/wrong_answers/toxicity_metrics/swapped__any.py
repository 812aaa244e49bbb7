def toxicity_metrics(scores, threshold):
    probability = (scores >= threshold).any(1).double().mean()
    return probability.item(), scores.max(1)[0].mean().item()
