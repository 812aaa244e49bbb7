def apply_temperature(logits, temperature):
    if temperature >= 0:
        return logits / torch.tensor(temperature, device=logits.device)
    raise ValueError("temperature must not be negative")
