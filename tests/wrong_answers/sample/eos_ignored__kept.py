def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    while ids.shape[1] < max_length:
        kept, tokens = (model(ids)[:, -1] / temperature).sort(dim=-1, descending=True)
        if top_k is not None:
            kept, tokens = kept[:, :top_k], tokens[:, :top_k]
        p = kept.softmax(-1)
        if top_p is not None:
            p = p * (p.cumsum(-1) - p < top_p)
        place = torch.multinomial(p, 1, generator=generator)
        new = tokens.gather(1, place)
        ids = torch.cat([ids, new], dim=1)
    return ids
