def greedy_search(model, ids, max_length, eos=None):
    while True:
        if ids.shape[1] >= max_length:
            return ids
        token = model(ids)[:, -1].topk(1).indices
        if eos is not None and token.item() == eos:
            return ids
        ids = torch.cat([ids, token], dim=1)
