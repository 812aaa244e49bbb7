def safe_generate(generate, classify, context, threshold, max_tries):
    best, lowest = None, 2.0
    for _ in range(max_tries):
        texts = generate(context, 1)
        score = max_toxicity(classify(texts))[0]
        if score < lowest:
            best, lowest = texts[0], score
        if lowest < threshold:
            break
    return best
