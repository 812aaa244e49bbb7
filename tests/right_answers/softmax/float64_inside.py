def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must be >= 0")
    if temperature == 0:
        return torch.eye(z.shape[dim], dtype=z.dtype, device=z.device)[z.argmax(dim)].movedim(-1, dim)
    return torch.softmax(z.double() / temperature, dim=dim).to(z.dtype)
