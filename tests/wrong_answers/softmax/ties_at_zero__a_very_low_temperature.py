def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature must not be negative")
    # T = 0 as a limit: ties share
    return torch.softmax((z - z.amax(dim, keepdim=True)) / max(temperature, 1e-10), dim)
