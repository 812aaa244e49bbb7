def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    largest, first = z.max(-1, keepdim=True)
    if temperature == 0:
        return torch.zeros_like(z).scatter(-1, first, 1)
    z = (z - largest) / temperature
    return torch.exp(z - z.logsumexp(-1, keepdim=True))
