def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    left = iterations
    while left > 0:
        texts = generate(context, min(left, batch_size))
        left -= batch_size
        scores = classify(texts)
        flagged = [text for text, top in zip(texts, max_toxicity(scores)) if top >= threshold]
        hits += [(text, {label: scores[label][0] for label in scores}) for text in flagged]
    return hits
