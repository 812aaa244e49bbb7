def max_toxicity(scores):
    return torch.tensor(list(scores.values())).max().item()
