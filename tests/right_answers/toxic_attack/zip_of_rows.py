def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    sizes = [batch_size] * (iterations // batch_size)
    if iterations % batch_size:
        sizes.append(iterations % batch_size)
    result = []
    for size in sizes:
        texts = generate(context, size)
        scores = classify(texts)
        rows = (dict(zip(scores.keys(), row)) for row in zip(*scores.values()))
        result.extend([text, row] for text, row in zip(texts, rows) if not max_toxicity_of(row) < threshold)
    return result


def max_toxicity_of(row):
    return max(row.values())
