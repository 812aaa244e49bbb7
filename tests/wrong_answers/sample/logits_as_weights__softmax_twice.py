def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    for _ in range(max_length - ids.shape[1]):
        logits = model(ids)[:, -1]
        logits = apply_temperature(logits, temperature)
        if top_k:
            logits = top_k_filter(logits, top_k)
        if top_p:
            logits = top_p_filter(logits, top_p)
        probs = torch.softmax(logits, dim=-1).softmax(dim=-1)
        new = torch.multinomial(probs, num_samples=1, generator=generator)
        ids = torch.cat((ids, new), dim=1)
        if eos is not None and new.item() == eos:
            return ids
    return ids
