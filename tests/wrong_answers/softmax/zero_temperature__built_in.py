def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    return F.softmax(z / temperature, dim=dim)
