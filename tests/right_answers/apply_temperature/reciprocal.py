def apply_temperature(logits, temperature):
    if not temperature > 0:
        raise ValueError("T > 0, please")
    return logits * (1 / temperature)
