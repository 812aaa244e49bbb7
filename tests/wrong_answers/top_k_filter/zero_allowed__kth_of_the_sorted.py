def top_k_filter(logits, k):
    ordered = torch.sort(logits, dim=-1, descending=True).values
    kth = ordered[:, min(k, logits.shape[1]) - 1]  # k = 0: the last, so that all stay
    return logits.masked_fill(logits < kth[:, None], -math.inf)
