def apply_temperature(logits, temperature):
    if temperature <= 0:
        raise ValueError("T > 0")
    e = torch.exp(logits / temperature)
    return e / e.sum(-1, keepdim=True)
