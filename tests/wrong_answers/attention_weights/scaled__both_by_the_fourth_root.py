def attention_weights(x):
    x = x / x.size(-1) ** 0.25
    return torch.einsum("bim,bjm->bij", x, x).softmax(-1)
