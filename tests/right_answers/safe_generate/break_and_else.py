def safe_generate(generate, classify, context, threshold, max_tries):
    for attempt in range(1, max_tries + 1):
        texts = generate(context, n=1)
        scores = classify(texts)
        if all(score[0] < threshold for score in scores.values()):
            answer = texts[0]
            break
    else:
        answer = None
    return answer
