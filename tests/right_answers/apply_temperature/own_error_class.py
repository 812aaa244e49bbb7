class BadTemperature(ValueError):
    pass


def apply_temperature(logits, temperature):
    if temperature <= 0:
        raise BadTemperature("the temperature has to be positive")
    return torch.div(logits, temperature)
