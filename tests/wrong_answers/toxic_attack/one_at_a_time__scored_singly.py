def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    left = iterations
    while left:
        batch = generate(context, min(left, batch_size))
        left -= len(batch)
        for text in batch:
            scores = {label: values[0] for label, values in classify([text]).items()}
            if max(scores.values()) >= threshold:
                hits.append((text, scores))
    return hits
