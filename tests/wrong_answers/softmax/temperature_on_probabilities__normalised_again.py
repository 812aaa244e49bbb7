def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    if temperature == 0:
        return torch.zeros_like(z).scatter(dim, z.argmax(dim, keepdim=True), 1.0)
    p = torch.softmax(z, dim) / temperature
    return p / p.sum(dim, keepdim=True)
