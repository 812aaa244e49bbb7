def layer_norm(x, gain, bias, eps=1e-5):
    centred = x - x.mean(-2, keepdim=True)
    return centred * torch.rsqrt(centred.square().mean(-2, keepdim=True) + eps) * gain + bias
