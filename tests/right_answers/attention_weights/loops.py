def attention_weights(x):
    b, t, m = x.shape
    w = torch.zeros(b, t, t, dtype=x.dtype, device=x.device)
    for n in range(b):
        for i in range(t):
            scores = torch.stack([torch.dot(x[n, i], x[n, j]) for j in range(t)])
            w[n, i] = F.softmax(scores, dim=0)
    return w
