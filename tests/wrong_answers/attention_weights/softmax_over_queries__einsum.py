def attention_weights(x):
    return torch.softmax(torch.einsum("bim,bjm->bij", x, x), dim=1)
