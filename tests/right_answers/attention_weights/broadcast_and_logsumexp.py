def attention_weights(x):
    pairs = x.unsqueeze(2) * x.unsqueeze(1)  # (b, t, t, m)
    scores = pairs.sum(-1)
    return torch.exp(scores - torch.logsumexp(scores, dim=-1, keepdim=True))
