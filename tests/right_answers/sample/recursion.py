def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    def distribution(logits):
        steps = [lambda z: apply_temperature(z, temperature)]
        if top_k is not None:
            steps.append(lambda z: top_k_filter(z, top_k))
        if top_p is not None:
            steps.append(lambda z: top_p_filter(z, top_p))
        for step in steps:
            logits = step(logits)
        return logits.softmax(-1)

    def go_on(text):
        if text.shape[1] >= max_length:
            return text
        p = distribution(model(text)[:, -1])
        new = p.multinomial(1, generator=generator)
        text = torch.cat([text, new], 1)
        return text if int(new) == eos else go_on(text)

    return go_on(ids)
