def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0.0:
        raise ValueError("a temperature below zero makes no sense here")
    if temperature == 0.0:
        return F.one_hot(z.argmax(dim), z.size(dim)).movedim(-1, dim).to(z.dtype)
    scaled = (z - z.max(dim, keepdim=True).values) / temperature
    return (scaled - torch.logsumexp(scaled, dim=dim, keepdim=True)).exp()
