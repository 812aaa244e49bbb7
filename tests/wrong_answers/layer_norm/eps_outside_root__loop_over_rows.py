def layer_norm(x, gain, bias, eps=1e-5):
    flat = x.reshape(-1, x.shape[-1])
    y = torch.zeros_like(flat)
    for i in range(flat.shape[0]):
        centred = flat[i] - flat[i].mean()
        y[i] = centred / (centred.pow(2).mean().sqrt() + eps)
    return y.reshape(x.shape) * gain + bias
