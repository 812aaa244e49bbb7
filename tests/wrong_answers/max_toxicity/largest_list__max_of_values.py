def max_toxicity(scores):
    return max(scores.values())
