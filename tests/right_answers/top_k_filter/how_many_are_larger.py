def top_k_filter(logits, k):
    """A logit stays where fewer than k others lie above it."""
    if k < 1:
        raise ValueError("at least one token must stay")
    above = (logits[:, None, :] > logits[:, :, None]).sum(dim=-1)
    return logits.masked_fill(above >= k, float("-inf"))
