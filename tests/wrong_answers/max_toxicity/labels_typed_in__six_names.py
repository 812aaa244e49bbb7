LABELS = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]


def max_toxicity(scores):
    return torch.tensor([scores[label] for label in LABELS]).amax(0).tolist()
