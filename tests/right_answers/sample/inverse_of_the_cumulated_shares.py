def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    text = ids[0].tolist()
    while len(text) < max_length:
        logits = model(torch.tensor([text], device=ids.device))[:, -1]
        logits = apply_temperature(logits, temperature)
        logits = logits if top_k is None else top_k_filter(logits, top_k)
        logits = logits if top_p is None else top_p_filter(logits, top_p)
        shares = F.softmax(logits, dim=-1)[0].tolist()
        u = torch.rand(1, generator=generator, device=ids.device).item()
        for token, share in enumerate(shares):
            u -= share
            if share > 0:
                chosen = token
                if u < 0:
                    break
        text.append(chosen)
        if chosen == eos:
            break
    return torch.tensor([text], device=ids.device)
