def apply_temperature(logits, temperature):
    if temperature <= 0.0:
        raise ValueError(temperature)
    logits /= temperature
    return logits
