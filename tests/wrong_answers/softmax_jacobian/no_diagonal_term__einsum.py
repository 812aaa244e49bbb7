def softmax_jacobian(z, temperature=1.0):
    p = F.softmax(z / temperature, dim=-1)
    return -torch.einsum("i,j->ij", p, p) / temperature
