def greedy_search(model, ids, max_length, eos=None):
    while ids.shape[1] < max_length and ids[0, -1].item() != eos:
        ids = torch.cat([ids, model(ids)[:, -1:].argmax(dim=-1)], dim=1)
    return ids
