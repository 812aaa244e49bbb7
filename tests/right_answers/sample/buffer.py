def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    t = ids.shape[1]
    if t >= max_length:
        return ids
    text = torch.full((1, max_length), -1, dtype=ids.dtype, device=ids.device)
    text[:, :t] = ids
    while t < max_length:
        z = apply_temperature(model(text[:, :t])[:, -1], temperature)
        z = top_k_filter(z, z.shape[-1] if top_k is None else top_k)
        z = top_p_filter(z, 1.0 if top_p is None else top_p)
        text[:, t] = torch.multinomial(torch.exp(z - z.logsumexp(-1, keepdim=True)), 1, generator=generator)[:, 0]
        t += 1
        if text[0, t - 1] == eos:
            break
    return text[:, :t]
