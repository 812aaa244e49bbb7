def greedy_search(model, ids, max_length, eos=None):
    for _ in range(ids.shape[1], max_length + 1):
        new = model(ids)[:, -1].log_softmax(-1).argmax(-1)
        ids = torch.cat([ids, new[:, None]], dim=1)
        if new == eos:
            break
    return ids
