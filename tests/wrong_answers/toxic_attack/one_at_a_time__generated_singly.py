def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits, done = [], 0
    while done < iterations:
        texts = []
        while len(texts) < batch_size and done < iterations:
            texts += generate(context, 1)
            done += 1
        scores = classify(texts)
        for i in range(len(texts)):
            row = {label: scores[label][i] for label in scores}
            if max(row.values()) >= threshold:
                hits.append((texts[i], row))
    return hits
