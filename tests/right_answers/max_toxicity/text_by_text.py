def max_toxicity(scores):
    if not isinstance(next(iter(scores.values())), (list, tuple)):
        return max(scores.values())
    count = len(next(iter(scores.values())))
    result = []
    for i in range(count):
        best = 0.0
        for label in scores:
            if scores[label][i] > best:
                best = scores[label][i]
        result.append(best)
    return result
