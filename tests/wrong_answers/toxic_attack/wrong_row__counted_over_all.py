def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits, number = [], 0
    while number < iterations:
        texts = generate(context, min(batch_size, iterations - number))
        scores = classify(texts)
        for top, text in zip(max_toxicity(scores), texts):
            if top >= threshold:
                hits.append((text, {label: values[number] for label, values in scores.items()}))
            number += 1
    return hits
