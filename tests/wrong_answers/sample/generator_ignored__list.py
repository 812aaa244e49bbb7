def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    text = ids[0].tolist()
    while len(text) < max_length:
        z = model(torch.tensor([text], device=ids.device))[:, -1] / temperature
        z = z if top_k is None else top_k_filter(z, top_k)
        z = z if top_p is None else top_p_filter(z, top_p)
        cumulated = z.softmax(-1).cumsum(-1)
        u = torch.rand(1, 1, device=ids.device)
        token = int((cumulated <= u * cumulated[:, -1:]).sum())
        text.append(token)
        if token == eos:
            break
    return torch.tensor([text], device=ids.device)
