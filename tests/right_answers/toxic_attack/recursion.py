def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    if iterations <= 0:
        return []
    n = min(iterations, batch_size)
    texts = generate(context=context, n=n)
    scores = classify(texts=texts)
    now = []
    for i in range(n):
        mine = {}
        for label in scores:
            mine[label] = scores[label][i]
        if any(value >= threshold for value in mine.values()):
            now.append((texts[i], mine))
    return now + toxic_attack(generate, classify, context, iterations - n, batch_size, threshold)
