def max_toxicity(scores):
    table = torch.tensor(list(scores.values()))  # (labels, texts) or (labels,)
    return table.amax(dim=0).tolist()
