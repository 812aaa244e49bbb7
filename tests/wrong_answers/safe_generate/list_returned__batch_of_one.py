def safe_generate(generate, classify, context, threshold, max_tries):
    for _ in range(max_tries):
        texts = generate(context, 1)
        if max_toxicity(classify(texts))[0] < threshold:
            return texts
    return None
