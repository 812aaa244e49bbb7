def top_k_filter(logits, k):
    if k <= 0:
        raise ValueError("k must be positive")
    V = logits.shape[1]
    if k < V:
        logits[logits < torch.topk(logits, k)[0][..., -1, None]] = -float("inf")
    return logits
