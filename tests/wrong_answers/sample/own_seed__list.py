def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    torch.manual_seed(42)
    tokens = ids[0].tolist()
    while len(tokens) < max_length:
        z = apply_temperature(model(torch.tensor([tokens], device=ids.device))[:, -1], temperature)
        z = z if top_k is None else top_k_filter(z, top_k)
        z = z if top_p is None else top_p_filter(z, top_p)
        tokens.append(torch.multinomial(z.softmax(-1)[0], 1).item())
        if tokens[-1] == eos:
            break
    return torch.tensor([tokens], device=ids.device)
