def greedy_search(model, ids, max_length, eos=None):
    if ids.shape[1] + 1 >= max_length:
        return ids
    new = model(ids)[:, -1:].argmax(-1)
    ids = torch.cat([ids, new], dim=1)
    return ids if new.item() == eos else greedy_search(model, ids, max_length, eos)
