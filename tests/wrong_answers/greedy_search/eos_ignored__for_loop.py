def greedy_search(model, ids, max_length, eos=None):
    for _ in range(max_length - ids.size(1)):
        best = torch.argmax(model(ids)[0, -1])
        ids = torch.cat((ids, best.reshape(1, 1)), dim=-1)
    return ids
