def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = {}
    for start in range(0, iterations, batch_size):
        texts = generate(context, min(batch_size, iterations - start))
        scores = classify(texts)
        for i, text in enumerate(texts):
            row = {label: scores[label][i] for label in scores}
            if max(row.values()) >= threshold:
                hits[text] = row
    return list(hits.items())
