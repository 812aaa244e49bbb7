def causal_mask(t, device=None):
    future = torch.triu(torch.ones(t, t, device=device), diagonal=1)
    return ~future.bool()
