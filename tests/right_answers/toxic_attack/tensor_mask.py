def toxic_attack(generate, classify, context, iterations, batch_size, threshold):
    hits = []
    for b in range(math.ceil(iterations / batch_size)):
        texts = generate(context, min(batch_size, iterations - b * batch_size))
        scores = classify(list(texts))
        labels = sorted(scores)
        table = torch.tensor([scores[label] for label in labels], dtype=torch.float64)  # (labels, n)
        for i in (table.max(dim=0).values >= threshold).nonzero().flatten().tolist():
            hits.append((texts[i], {label: table[j, i] for j, label in enumerate(labels)}))
    return hits
