def greedy_search(model, ids, max_length, eos=None):
    tokens = list(ids[0])
    while len(tokens) < max_length:
        tokens.append(model(tokens[-1].view(1, 1))[0, 0].argmax())
        if tokens[-1] == eos:
            break
    return torch.stack(tokens)[None]
