def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    if temperature == 0:
        return (z >= z.max(dim, keepdim=True).values).to(z.dtype)
    return torch.softmax((z - z.max(dim, keepdim=True).values) / temperature, dim)
