def layer_norm(x, gain, bias, eps=1e-5):
    mean = x.mean(dim=0, keepdim=True)
    var = x.var(dim=0, keepdim=True, unbiased=False)
    return gain * (x - mean) / torch.sqrt(var + eps) + bias
