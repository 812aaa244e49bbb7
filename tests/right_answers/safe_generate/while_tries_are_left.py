def safe_generate(generate, classify, context, threshold, max_tries):
    tries = 0
    while tries < max_tries:
        text = generate(context, 1)[0]
        scores = classify([text])
        if max(value[0] for value in scores.values()) < threshold:
            return text
        tries += 1
