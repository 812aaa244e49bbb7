def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    for start in range(0, iterations, batch_size):
        texts = generate(context, min(batch_size, iterations - start))
        hits += [pair for pair in zip(texts, max_toxicity(classify(texts))) if pair[1] >= threshold]
    return hits
