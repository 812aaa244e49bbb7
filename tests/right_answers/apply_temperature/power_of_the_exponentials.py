def apply_temperature(logits, temperature):
    if temperature <= 0:
        raise ValueError("no temperature at or below zero")
    T = torch.as_tensor(temperature, dtype=torch.float64, device=logits.device)
    return (logits.double() / T).to(logits.dtype)
