def causal_mask(t, device=None):
    # each row of the identity adds one more token that may be seen
    return torch.eye(t, device=device).cumsum(dim=0) > 0
