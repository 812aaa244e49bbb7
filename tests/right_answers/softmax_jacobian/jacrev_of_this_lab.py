def softmax_jacobian(z: Tensor, temperature: float = 1.0) -> Tensor:
    return torch.func.jacrev(softmax)(z, temperature)
