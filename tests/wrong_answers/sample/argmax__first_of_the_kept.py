def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    while ids.shape[1] < max_length:
        kept, tokens = (model(ids)[:, -1] / temperature).sort(dim=-1, descending=True)
        if top_k is not None:
            kept, tokens = kept[:, :top_k], tokens[:, :top_k]
        new = tokens[:, :1]  # top-p always leaves it
        ids = torch.cat([ids, new], dim=1)
        if new.item() == eos:
            break
    return ids
