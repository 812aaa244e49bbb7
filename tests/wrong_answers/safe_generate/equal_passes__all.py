def safe_generate(generate, classify, context, threshold, max_tries):
    for _ in range(max_tries):
        text = generate(context, 1)[0]
        if all(score <= threshold for score in classify(text).values()):
            return text
    return None
