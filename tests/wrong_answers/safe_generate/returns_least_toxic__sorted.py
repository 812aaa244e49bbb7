def safe_generate(generate, classify, context, threshold, max_tries):
    seen = []
    for _ in range(max_tries):
        text = generate(context, 1)[0]
        score = max(classify(text).values())
        if score < threshold:
            return text
        seen.append((score, text))
    return sorted(seen)[0][1]
