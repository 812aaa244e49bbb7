def greedy_search(model, ids, max_length, eos=None):
    for _ in range(max_length - ids.size(1)):
        next_logits = model(ids)[0, -1, :]
        best = torch.argmax(next_logits)
        ids = torch.cat((ids, best.view(1, 1)), dim=-1)
        if eos is not None and best == eos:
            return ids
    return ids
