def greedy_search(model, ids, max_length, eos=None):
    tokens = ids[0].tolist()
    while len(tokens) < max_length:
        scores = model(torch.tensor([tokens], device=ids.device))[0][0].tolist()
        tokens.append(scores.index(max(scores)))
        if tokens[-1] == eos:
            break
    return torch.tensor([tokens], device=ids.device)
