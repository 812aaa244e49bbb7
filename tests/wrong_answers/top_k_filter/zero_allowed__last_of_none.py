def top_k_filter(logits, k):
    values, _ = torch.topk(logits, min(k, logits.shape[-1]))
    return torch.where(logits < values[:, -1].unsqueeze(-1), -math.inf, logits)
