def toxicity_metrics(scores, threshold):
    return scores.mean().item(), (scores >= threshold).double().mean().item()
