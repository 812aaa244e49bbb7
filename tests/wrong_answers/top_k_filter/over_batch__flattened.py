def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    everything = sorted(logits.flatten().tolist(), reverse=True)
    least = everything[min(k, len(everything)) - 1]
    out = logits.clone()
    out[out < least] = -math.inf
    return out
