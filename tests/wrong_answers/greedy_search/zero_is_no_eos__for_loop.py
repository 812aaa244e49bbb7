def greedy_search(model, ids, max_length, eos=None):
    for _ in range(max_length - ids.shape[1]):
        new = model(ids)[:, -1].argmax(-1, keepdim=True)
        ids = torch.cat([ids, new], dim=1)
        if eos and new == eos:
            return ids
    return ids
