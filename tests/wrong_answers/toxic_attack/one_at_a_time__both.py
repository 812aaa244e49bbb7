def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    for _ in range(iterations):
        text = generate(context, 1)[0]
        scores = classify(text)
        if max(scores.values()) >= threshold:
            hits.append((text, scores))
    return hits
