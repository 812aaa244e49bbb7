def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    """The largest of logits + Gumbel noise is a draw from their softmax."""
    while True:
        if ids.shape[1] >= max_length:
            return ids
        z = apply_temperature(model(ids)[0, -1:], temperature)
        if top_k is not None:
            z = top_k_filter(z, top_k)
        if top_p is not None:
            z = top_p_filter(z, top_p)
        u = torch.rand(z.shape, generator=generator, device=z.device, dtype=torch.float64).clamp(1e-12, 1 - 1e-12)
        token = (z - (-u.log()).log()).argmax(dim=-1)
        ids = torch.cat([ids, token[:, None]], dim=1)
        if token == eos:
            return ids
