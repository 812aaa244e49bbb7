def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    found = []
    missing = iterations
    while missing > 0:
        n = batch_size if missing >= batch_size else missing
        texts = generate(context, n)
        missing -= n
        scores = classify(texts)
        for place, text in enumerate(texts):
            own = {label: values[place] for label, values in scores.items()}
            if max(own.values()) >= threshold:
                found.append((text, own))
    return found
