def safe_generate(generate, classify, context, threshold, max_tries):
    texts = generate(context, max_tries)
    for text, score in zip(texts, max_toxicity(classify(texts))):
        if score < threshold:
            return text
    return None
