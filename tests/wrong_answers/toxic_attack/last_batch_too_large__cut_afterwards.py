def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits, done = [], 0
    while done < iterations:
        texts = generate(context, batch_size)
        texts = texts[: iterations - done]
        done += len(texts)
        scores = classify(texts)
        for i, text in enumerate(texts):
            row = {label: scores[label][i] for label in scores}
            if max(row.values()) >= threshold:
                hits.append((text, row))
    return hits
