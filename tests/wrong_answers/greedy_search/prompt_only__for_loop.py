def greedy_search(model, ids, max_length, eos=None):
    text = ids
    for _ in range(max_length - ids.shape[1]):
        new = torch.argmax(model(ids)[:, -1], dim=-1)
        text = torch.column_stack([text, new])
        if new.item() == eos:
            break
    return text
