def max_toxicity(scores):
    values = scores.values()
    try:
        return list(map(max, zip(*values)))
    except TypeError:
        return max(values)
