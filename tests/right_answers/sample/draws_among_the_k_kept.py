def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    while ids.shape[1] < max_length:
        logits = model(ids)[:, -1] / temperature
        V = logits.shape[1]
        kept, tokens = logits.topk(V if top_k is None else min(top_k, V), dim=-1)
        p = kept.softmax(-1)
        if top_p is not None:
            p = torch.where(p.cumsum(-1) - p < top_p, p, torch.zeros_like(p))
        place = torch.multinomial(p, 1, generator=generator)  # multinomial normalises
        token = tokens.gather(1, place)
        ids = torch.cat([ids, token], dim=1)
        if eos is not None and token.item() == eos:
            return ids
    return ids
