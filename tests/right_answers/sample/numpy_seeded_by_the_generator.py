import numpy as np


def sample(model, ids, max_length, temperature=1.0, top_k=None, top_p=None, eos=None, generator=None):
    device = ids.device if generator is None else generator.device
    seed = torch.randint(2**31, (1,), generator=generator, device=device).item()
    rng = np.random.default_rng(seed)
    while ids.shape[1] < max_length:
        logits = apply_temperature(model(ids)[:, -1], temperature)
        if top_k is not None:
            logits = top_k_filter(logits, top_k)
        if top_p is not None:
            logits = top_p_filter(logits, top_p)
        p = logits.double().softmax(-1)[0].detach().cpu().numpy()
        token = int(rng.choice(len(p), p=p / p.sum()))
        ids = torch.cat([ids, ids.new_tensor([[token]])], dim=1)
        if token == eos:
            break
    return ids
