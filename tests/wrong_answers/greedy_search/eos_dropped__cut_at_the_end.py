def greedy_search(model, ids, max_length, eos=None):
    start = ids.shape[1]
    for _ in range(max_length - start):
        best = model(ids)[:, -1:].argmax(-1)
        ids = torch.cat([ids, best], dim=1)
    for i in range(start, ids.shape[1]):
        if ids[0, i] == eos:
            return ids[:, :i]
    return ids
