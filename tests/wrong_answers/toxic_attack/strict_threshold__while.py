def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    found = []
    missing = iterations
    while missing > 0:
        texts = generate(context, min(batch_size, missing))
        missing -= len(texts)
        scores = classify(texts)
        for place, text in enumerate(texts):
            own = {label: values[place] for label, values in scores.items()}
            if max(own.values()) > threshold:
                found.append((text, own))
    return found
