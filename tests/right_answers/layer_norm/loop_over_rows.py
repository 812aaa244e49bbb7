def layer_norm(x: Tensor, gain: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
    """One token at a time."""
    rows = []
    for row in x.reshape(-1, x.shape[-1]):
        centred = row - row.mean()
        rows.append(gain * centred / (centred.pow(2).mean() + eps) ** 0.5 + bias)
    return torch.stack(rows).reshape(x.shape)
