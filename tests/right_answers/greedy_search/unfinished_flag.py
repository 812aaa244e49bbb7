def greedy_search(model, ids, max_length, eos=-1):
    if eos is None:
        eos = -1  # no token has this number
    unfinished = torch.ones(ids.shape[0], dtype=torch.bool, device=ids.device)
    text = ids.clone()
    while bool(unfinished.any()) and text.shape[1] < max_length:
        last = model(text)[:, -1, :]
        new = last.sort(dim=-1, descending=True).indices[:, 0]
        text = torch.column_stack([text, new])
        unfinished = unfinished & (new != eos)
    return text
