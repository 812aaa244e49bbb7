def softmax_jacobian(z, temperature=1.0):
    p = softmax(z, temperature=temperature)
    delta = torch.eye(len(z), dtype=p.dtype, device=p.device)
    return torch.einsum("i,ij->ij", p, delta - p) / temperature  # p_i (delta_ij - p_j) / T
