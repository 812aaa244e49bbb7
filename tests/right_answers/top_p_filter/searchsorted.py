def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    if p == 1:
        return logits.clone()
    probs = torch.softmax(logits, dim=-1)
    sorted_probs, _ = probs.sort(dim=-1, descending=True)
    last = torch.searchsorted(sorted_probs.cumsum(dim=-1), torch.full_like(probs[:, :1], p))  # the place that crosses p
    smallest = sorted_probs.gather(1, last.clamp(max=logits.shape[1] - 1))
    return torch.where(probs >= smallest, logits, -math.inf)
