def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    largest, first = z.max(dim, keepdim=True)
    if temperature == 0:
        return torch.zeros_like(z).scatter(dim, first, 1)
    e = torch.exp(z - largest)
    return e / (temperature * e.sum(dim, keepdim=True))
