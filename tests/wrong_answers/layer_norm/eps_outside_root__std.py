def layer_norm(x, gain, bias, eps=1e-5):
    mean, std = x.mean(-1, keepdim=True), x.std(-1, keepdim=True, unbiased=False)
    return gain * (x - mean) / (std + eps) + bias
