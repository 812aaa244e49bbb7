def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    ordered = logits.sort(dim=-1, descending=True).values
    threshold = ordered[:, min(k, logits.shape[1] - 1)]
    return torch.where(logits >= threshold[:, None], logits, -math.inf)
