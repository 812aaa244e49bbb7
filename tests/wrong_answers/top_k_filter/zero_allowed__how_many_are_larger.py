def top_k_filter(logits, k):
    above = (logits.unsqueeze(1) > logits.unsqueeze(2)).sum(-1)
    return torch.where(above < k, logits, -math.inf)
