def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    kth = logits.sort(-1, descending=True).values[:, : min(k, logits.shape[1])][:, -1:]
    out = logits.clone()
    out[out < kth] = -1e9
    return out
