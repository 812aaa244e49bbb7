def safe_generate(generate, classify, context, threshold, max_tries):
    text = generate(context, 1)[0]
    while max(classify(text).values()) >= threshold:
        text = generate(context, 1)[0]
    return text
