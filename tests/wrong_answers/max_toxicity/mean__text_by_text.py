def max_toxicity(scores):
    labels = list(scores)
    if isinstance(scores[labels[0]], float):
        return sum(scores.values()) / len(labels)
    return [sum(scores[label][i] for label in labels) / len(labels) for i in range(len(scores[labels[0]]))]
