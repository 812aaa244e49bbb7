def apply_temperature(logits, temperature):
    return temperature * logits
