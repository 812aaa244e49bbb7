def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    for start in range(0, iterations, batch_size):
        texts = generate(context, min(batch_size, iterations - start))
        hits += [text for text, top in zip(texts, max_toxicity(classify(texts))) if top >= threshold]
    return hits
