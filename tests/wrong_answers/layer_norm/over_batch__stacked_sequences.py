def layer_norm(x, gain, bias, eps=1e-5):
    mean = sum(x) / len(x)
    var = sum((one - mean) ** 2 for one in x) / len(x)
    return torch.stack([(one - mean) / (var + eps).sqrt() for one in x]) * gain + bias
