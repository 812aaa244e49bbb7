def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    e = torch.exp((z - z.amax(dim, keepdim=True)) / temperature)
    return e / e.sum(dim, keepdim=True)
