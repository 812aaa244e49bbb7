def max_toxicity(scores):
    table = torch.tensor(list(scores.values()))
    return table.reshape(len(scores), -1).max(dim=0).values.tolist()
