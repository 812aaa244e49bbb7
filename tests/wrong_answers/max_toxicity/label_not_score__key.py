def max_toxicity(scores):
    return max(scores, key=lambda label: scores[label])
