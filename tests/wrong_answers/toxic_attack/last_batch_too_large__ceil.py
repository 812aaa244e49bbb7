def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    for _ in range(math.ceil(iterations / batch_size)):
        texts = generate(context, batch_size)
        scores = classify(texts)
        for text, *row in zip(texts, *scores.values()):
            if max(row) >= threshold:
                hits.append((text, dict(zip(scores, row))))
    return hits
