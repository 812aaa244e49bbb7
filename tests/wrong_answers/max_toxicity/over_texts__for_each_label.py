def max_toxicity(scores):
    result = []
    for label, values in scores.items():
        result.append(max(values))
    return result
