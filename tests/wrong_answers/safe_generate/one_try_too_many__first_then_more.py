def safe_generate(generate, classify, context, threshold, max_tries):
    text = generate(context, 1)[0]
    for _ in range(max_tries):
        if max_toxicity(classify([text]))[0] < threshold:
            return text
        text = generate(context, 1)[0]
    return text if max_toxicity(classify([text]))[0] < threshold else None
