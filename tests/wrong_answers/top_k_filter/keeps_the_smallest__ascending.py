def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    ordered, _ = logits.sort(dim=-1)
    edge = ordered[:, min(k, logits.shape[1]) - 1, None]
    return logits.masked_fill(logits > edge, -math.inf)
