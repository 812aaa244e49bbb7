def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    if temperature == 0:
        return F.one_hot(z.argmax(dim), z.shape[dim]).movedim(-1, dim).to(z.dtype)
    e = torch.exp(temperature * (z - z.max(dim, keepdim=True).values))
    return e / e.sum(dim, keepdim=True)
