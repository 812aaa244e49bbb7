def max_toxicity(scores):
    return scores["toxicity"]
