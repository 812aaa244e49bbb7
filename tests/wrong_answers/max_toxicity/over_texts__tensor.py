def max_toxicity(scores):
    table = torch.tensor(list(scores.values()))
    return table.amax(dim=-1).tolist()
