def safe_generate(generate, classify, context, threshold, max_tries):
    texts = []
    for _ in range(max_tries):
        texts += generate(context, 1)
    safe = [text for text in texts if max(classify(text).values()) < threshold]
    return safe[0] if safe else None
