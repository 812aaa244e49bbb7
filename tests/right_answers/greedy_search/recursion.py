def greedy_search(model, ids, max_length, eos=None):
    if ids.shape[-1] >= max_length:
        return ids
    token = model(ids)[:, -1:].softmax(dim=-1).max(dim=-1).indices
    longer = torch.hstack([ids, token])
    return longer if token == eos else greedy_search(model, longer, max_length, eos)
