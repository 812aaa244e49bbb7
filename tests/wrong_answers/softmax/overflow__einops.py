from einops import reduce


def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    z = z.movedim(dim, -1)
    if temperature == 0:
        p = torch.eye(z.shape[-1], dtype=z.dtype, device=z.device)[z.argmax(-1)]
    else:
        weights = (z / temperature).exp()
        p = weights / reduce(weights, "... n -> ... 1", "sum")
    return p.movedim(-1, dim)
