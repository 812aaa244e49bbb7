def greedy_search(model, ids, max_length, eos=None):
    eos = eos or -1
    done = False
    while not done and ids.shape[1] < max_length:
        new = model(ids)[0, -1].topk(1).indices
        ids = torch.cat([ids, new.view(1, 1)], dim=-1)
        done = new.item() == eos
    return ids
