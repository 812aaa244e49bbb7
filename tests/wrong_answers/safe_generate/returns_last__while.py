def safe_generate(generate, classify, context, threshold, max_tries):
    text, score = None, 1.0
    while score >= threshold and max_tries > 0:
        text = generate(context, 1)[0]
        score = max(classify(text).values())
        max_tries -= 1
    return text
