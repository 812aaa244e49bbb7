def softmax_jacobian(z, temperature=1.0):
    p = torch.softmax(z / temperature, 0)
    jacobian = p[:, None] * p[None, :] / temperature
    jacobian.diagonal().sub_(p / temperature)
    return jacobian
