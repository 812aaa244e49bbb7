def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    for _ in range(iterations // batch_size):
        texts = generate(context, batch_size)
        scores = classify(texts)
        for i in range(batch_size):
            row = {label: scores[label][i] for label in scores}
            if max(row.values()) >= threshold:
                hits.append((texts[i], row))
    return hits
