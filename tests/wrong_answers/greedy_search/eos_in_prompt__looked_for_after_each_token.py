def greedy_search(model, ids, max_length, eos=None):
    tokens = ids[0].tolist()
    while len(tokens) < max_length:
        tokens.append(int(model(torch.tensor([tokens], device=ids.device))[0, -1].argmax()))
        if eos in tokens:
            break
    return torch.tensor([tokens], device=ids.device)
