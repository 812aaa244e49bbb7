def causal_mask(t, device=None):
    mask = torch.zeros(t, t, dtype=torch.bool, device=device)
    for i in range(t):
        for j in range(i + 1):
            mask[i, j] = True
    return mask
