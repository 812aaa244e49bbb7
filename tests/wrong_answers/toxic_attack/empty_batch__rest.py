def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    for n in [batch_size] * (iterations // batch_size) + [iterations % batch_size]:
        texts = generate(context, n)
        scores = classify(texts)
        for i in range(n):
            row = {label: scores[label][i] for label in scores}
            if max(row.values()) >= threshold:
                hits.append((texts[i], row))
    return hits
