def softmax_jacobian(z, temperature=1.0):
    p = torch.softmax(z / temperature, 0)
    return torch.eye(z.shape[0], dtype=z.dtype, device=z.device) * (p - p**2) / temperature
