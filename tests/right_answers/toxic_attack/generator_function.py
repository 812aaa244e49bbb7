def batches(total, size):
    while total > 0:
        yield min(size, total)
        total -= size


def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    def hits():
        for n in batches(iterations, batch_size):
            texts = tuple(generate(context, n))
            scores = classify(texts)
            for i, (text, top) in enumerate(zip(texts, max_toxicity(scores))):
                if top >= threshold:
                    yield text, {label: scores[label][i] for label in scores}

    return tuple(hits())
