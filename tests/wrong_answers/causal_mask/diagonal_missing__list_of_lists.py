def causal_mask(t, device=None):
    return torch.tensor([[j < i for j in range(t)] for i in range(t)], device=device)
