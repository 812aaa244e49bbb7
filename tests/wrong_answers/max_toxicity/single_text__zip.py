def max_toxicity(scores):
    return [max(row) for row in zip(*scores.values())]
