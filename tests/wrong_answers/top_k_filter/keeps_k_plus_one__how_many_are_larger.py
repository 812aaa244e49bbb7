def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    above = (logits[:, None, :] > logits[:, :, None]).sum(-1)
    return logits.masked_fill(above > k, float("-inf"))
