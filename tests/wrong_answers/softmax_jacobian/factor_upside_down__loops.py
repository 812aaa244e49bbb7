def softmax_jacobian(z, temperature=1.0):
    p = (z / temperature).softmax(0)
    rows = [[p[i] * (float(i == j) - p[j]) * temperature for j in range(len(p))] for i in range(len(p))]
    return torch.stack([torch.stack(row) for row in rows])
