def softmax(z, temperature=1.0, dim=-1):
    # dividing log-probabilities by T and normalising again is the same as dividing z
    if temperature > 0:
        log_p = F.log_softmax(z, dim=dim)
        return torch.softmax(log_p / temperature, dim=dim)
    if temperature < 0:
        raise ValueError("temperature < 0")
    is_max = z == z.amax(dim, keepdim=True)
    first = is_max & (is_max.cumsum(dim) == 1)
    return first.to(z.dtype)
