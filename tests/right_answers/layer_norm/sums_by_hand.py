def layer_norm(x, gain, bias, eps=1e-5):
    m = x.size(-1)
    mu = x.sum(-1, keepdim=True) / m
    centred = x - mu
    sigma2 = (centred * centred).sum(-1, keepdim=True) / m
    return centred / torch.sqrt(sigma2 + eps) * gain + bias
