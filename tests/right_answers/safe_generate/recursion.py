def safe_generate(generate, classify, context, threshold, max_tries):
    if max_tries == 0:
        return None
    texts = generate(context, 1)
    if max_toxicity(classify(texts))[0] < threshold:
        return texts[0]
    return safe_generate(generate, classify, context, threshold, max_tries - 1)
