def attention_weights(x):
    scores = torch.bmm(x, x.permute(0, 2, 1))
    # subtracting the row's maximum changes nothing but keeps exp from overflowing
    e = torch.exp(scores - scores.max(dim=2, keepdim=True).values)
    return e / e.sum(dim=2, keepdim=True)
