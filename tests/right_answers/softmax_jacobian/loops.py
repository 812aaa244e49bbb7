def softmax_jacobian(z, temperature=1.0):
    n = z.shape[0]
    p = softmax(z, temperature)
    jacobian = torch.zeros(n, n, dtype=z.dtype, device=z.device)
    for i in range(n):
        for j in range(n):
            if i == j:
                jacobian[i, j] = p[i] * (1 - p[i]) / temperature
            else:
                jacobian[i, j] = -p[i] * p[j] / temperature
    return jacobian
