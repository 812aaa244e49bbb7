def apply_temperature(logits: Tensor, temperature: float) -> Tensor:
    if temperature > 0:
        return torch.stack([row / temperature for row in logits.unbind()])
    raise ValueError("T must be above 0")
