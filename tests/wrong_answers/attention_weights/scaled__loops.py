def attention_weights(x):
    b, t, m = x.shape
    rows = []
    for n in range(b):
        for i in range(t):
            rows.append(F.softmax(x[n] @ x[n, i] / m**0.5, dim=0))
    return torch.stack(rows).view(b, t, t)
