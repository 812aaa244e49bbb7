def attention_weights(x):
    """Row i: how much token i listens to each token j."""
    return torch.einsum("bim,bjm->bij", x, x).softmax(dim=-1)
