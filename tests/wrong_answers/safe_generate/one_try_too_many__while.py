def safe_generate(generate, classify, context, threshold, max_tries):
    tries = 0
    while tries <= max_tries:
        text = generate(context, 1)[0]
        if max(classify(text).values()) < threshold:
            return text
        tries += 1
    return None
