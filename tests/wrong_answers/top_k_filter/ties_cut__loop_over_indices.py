def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    out = torch.full_like(logits, -math.inf)
    for b in range(len(logits)):
        for i in logits[b].topk(min(k, logits.shape[1])).indices.tolist():
            out[b, i] = logits[b, i]
    return out
