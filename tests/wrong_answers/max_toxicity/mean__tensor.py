def max_toxicity(scores):
    return torch.tensor(list(scores.values())).mean(dim=0).tolist()
