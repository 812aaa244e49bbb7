def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    texts = []
    while len(texts) < iterations:
        texts.extend(generate(context, min(batch_size, iterations - len(texts))))
    scores = classify(texts)
    rows = [{label: scores[label][i] for label in scores} for i in range(iterations)]
    return [(text, row) for text, row in zip(texts, rows) if max(row.values()) >= threshold]
