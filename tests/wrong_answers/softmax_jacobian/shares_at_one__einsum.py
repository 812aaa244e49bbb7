def softmax_jacobian(z, temperature=1.0):
    p = torch.softmax(z, dim=-1)
    return torch.einsum("i,ij->ij", p, torch.eye(len(p), dtype=p.dtype, device=p.device) - p) / temperature
