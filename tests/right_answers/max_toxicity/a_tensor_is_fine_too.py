def max_toxicity(scores):
    return torch.stack([torch.as_tensor(value) for value in scores.values()]).max(dim=0).values
