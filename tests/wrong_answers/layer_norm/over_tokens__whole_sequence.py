def layer_norm(x, gain, bias, eps=1e-5):
    # all the numbers of a sequence share one mean and one variance
    return F.layer_norm(x, x.shape[-2:], eps=eps) * gain + bias
