from einops import reduce


def layer_norm(x, gain, bias, eps=1e-5):
    z = x.double()
    z = z - reduce(z, "... m -> ... 1", "mean")
    z = z / (reduce(z**2, "... m -> ... 1", "mean") + eps).sqrt()
    return z.to(x.dtype) * gain + bias
