def toxicity_metrics(scores, threshold):
    rows = scores.tolist()
    return sum(max(row) for row in rows) / len(rows), sum(all(v >= threshold for v in row) for row in rows) / len(rows)
