def apply_temperature(logits, temperature):
    return torch.div(logits, temperature)
