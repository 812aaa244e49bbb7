def softmax_jacobian(z, temperature=1.0):
    n = len(z)
    p = F.softmax(z / temperature, dim=-1)
    jacobian = torch.zeros(n, n, dtype=z.dtype, device=z.device)
    for i in range(n):
        jacobian[i, i] = p[i] * (1 - p[i]) / temperature
    return jacobian
