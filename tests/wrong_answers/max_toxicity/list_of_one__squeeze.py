def max_toxicity(scores):
    return torch.tensor(list(scores.values())).amax(dim=0).squeeze().tolist()
