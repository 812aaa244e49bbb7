def max_toxicity(scores):
    """Keeps a running maximum while walking through the labels."""
    running = None
    for value in scores.values():
        if running is None:
            running = value
        elif isinstance(value, list):
            running = [max(a, b) for a, b in zip(running, value)]
        else:
            running = max(running, value)
    return running
