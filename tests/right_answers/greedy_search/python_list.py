def greedy_search(model, ids, max_length, eos=None):
    tokens = ids[0].tolist()
    done = False
    while len(tokens) < max_length and not done:
        scores = model(torch.tensor([tokens], device=ids.device))[0, -1].tolist()
        best = max(range(len(scores)), key=scores.__getitem__)
        tokens.append(best)
        done = best == eos
    return torch.tensor(tokens, device=ids.device).unsqueeze(0)
