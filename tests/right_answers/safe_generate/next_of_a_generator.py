def safe_generate(generate, classify, context, threshold, max_tries):
    drawn = (generate(context, 1)[0] for _ in range(max_tries))
    return next((text for text in drawn if max(classify(text).values()) < threshold), None)
