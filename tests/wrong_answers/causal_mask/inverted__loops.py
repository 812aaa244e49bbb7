def causal_mask(t, device=None):
    mask = torch.ones(t, t, dtype=torch.bool, device=device)
    for i in range(t):
        mask[i, : i + 1] = False
    return mask
