def layer_norm(x, gain, bias, eps=1e-5):
    m = x.shape[-1]
    centred = x - x.sum(-1, keepdim=True) / m
    sigma2 = torch.einsum("...m,...m->...", centred, centred).unsqueeze(-1) / (m - 1)
    return centred * torch.rsqrt(sigma2 + eps) * gain + bias
