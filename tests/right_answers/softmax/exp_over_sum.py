def softmax(z: Tensor, temperature: float = 1.0, dim: int = -1) -> Tensor:
    if temperature < 0:
        raise ValueError(f"T = {temperature} is negative")
    largest, where = torch.max(z, dim=dim, keepdim=True)
    if temperature == 0:
        index = torch.arange(z.shape[dim], device=z.device)
        index = index.view([-1 if axis == dim % z.dim() else 1 for axis in range(z.dim())])
        return (index == where).to(z.dtype)
    e = torch.exp((z - largest) / temperature)
    return e / e.sum(dim=dim, keepdim=True)
