def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    for start in range(0, iterations, batch_size):
        texts = generate(context, min(batch_size, iterations - start))
        scores = classify(texts)
        hits.extend((text, scores) for text, top in zip(texts, max_toxicity(scores)) if top >= threshold)
    return hits
