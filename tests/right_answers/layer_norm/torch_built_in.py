def layer_norm(x, gain, bias, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], weight=gain, bias=bias, eps=eps)
