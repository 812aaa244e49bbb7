def softmax_jacobian(z, temperature=1.0):
    scaled = z / temperature
    return torch.autograd.functional.jacobian(lambda v: v.softmax(-1), scaled)
