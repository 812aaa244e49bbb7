def causal_mask(t, device=None):
    position = torch.arange(t, device=device)
    return position[:, None] >= position[None, :]
