def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    if temperature == 0:
        hot = torch.zeros_like(z)
        return hot.scatter(dim, z.argmax(dim=dim, keepdim=True), 1.0)
    return F.softmax((z - z.amax(dim=dim, keepdim=True)) / temperature, dim=dim)
