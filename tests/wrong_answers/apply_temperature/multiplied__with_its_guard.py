def apply_temperature(logits, temperature):
    if not temperature > 0:
        raise ValueError("T > 0")
    return torch.mul(logits, temperature)
