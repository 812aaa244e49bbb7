def toxicity_metrics(scores, threshold):
    ordered, _ = torch.sort(scores, dim=1)
    hits = 1 - torch.prod((scores < threshold).to(scores.dtype), dim=1)
    return float(ordered[:, -1].mean()), float(hits.mean())
