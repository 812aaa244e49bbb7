def greedy_search(model, ids, max_length, eos=None):
    new = []
    while ids.shape[1] + len(new) < max_length:
        text = torch.cat([ids, torch.tensor([new], dtype=ids.dtype, device=ids.device)], dim=1)
        new.append(model(text)[0, -1].argmax().item())
        if new[-1] == eos:
            break
    return torch.tensor([new], dtype=ids.dtype, device=ids.device)
