def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("p out of range")
    result = torch.full_like(logits, -math.inf)
    for i in range(logits.shape[0]):
        probs = torch.softmax(logits[i], dim=0)
        mass = 0.0
        for j in torch.argsort(probs, descending=True):
            result[i, j] = logits[i, j]
            mass += probs[j].item()
            if mass >= p and p < 1:
                break
    return result
