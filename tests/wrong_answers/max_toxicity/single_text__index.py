def max_toxicity(scores):
    labels = list(scores)
    result = []
    for i in range(len(scores[labels[0]])):
        result.append(max(scores[label][i] for label in labels))
    return result
