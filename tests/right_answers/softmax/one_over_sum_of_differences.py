def softmax(z, temperature=1.0, dim=-1):
    """p_i = 1 / sum_j exp((z_j - z_i) / T): an overflow to infinity only makes p_i zero."""
    if temperature < 0:
        raise ValueError("negative temperature")
    z = z.transpose(dim, -1)
    if temperature == 0:
        p = torch.zeros_like(z)
        p.scatter_(-1, z.max(-1, keepdim=True).indices, 1)
    else:
        differences = z.unsqueeze(-2) - z.unsqueeze(-1)  # (..., i, j): z_j - z_i
        p = torch.exp(-torch.logsumexp(differences / temperature, dim=-1))
    return p.transpose(dim, -1)
