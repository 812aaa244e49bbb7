def greedy_search(model, ids, max_length, eos=None):
    tokens = ids[0].tolist()
    for _ in range(max_length):
        scores = model(torch.tensor([tokens], device=ids.device))[0, -1]
        tokens.append(int(scores.argmax()))
        if tokens[-1] == eos:
            break
    return torch.tensor([tokens], device=ids.device)
