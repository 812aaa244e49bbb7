def attention_weights(x):
    scores = torch.bmm(x, x.mT)
    e = (scores - scores.amax(dim=1, keepdim=True)).exp()
    return e / e.sum(1).unsqueeze(1)
