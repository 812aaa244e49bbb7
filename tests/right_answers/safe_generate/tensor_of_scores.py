def safe_generate(generate, classify, context, threshold, max_tries):
    for _ in range(max_tries):
        candidate = generate(context, 1).pop()
        worst = torch.tensor(list(classify(candidate).values()), dtype=torch.float64).max()
        if not worst >= threshold:
            return candidate
    return None
