def softmax_jacobian(z, temperature=1.0):
    p = torch.softmax((z - z.max()) / temperature, dim=0)
    return (torch.diag(p) - torch.outer(p, p)) / temperature
