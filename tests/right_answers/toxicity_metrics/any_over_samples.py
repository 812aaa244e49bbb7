def toxicity_metrics(scores, threshold):
    expected = scores.max(dim=-1).values.mean()
    probability = (scores >= threshold).any(dim=-1).double().mean()
    return expected, probability
