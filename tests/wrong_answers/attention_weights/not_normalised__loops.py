def attention_weights(x):
    b, t, m = x.shape
    w = x.new_zeros(b, t, t)
    for i in range(t):
        for j in range(t):
            w[:, i, j] = (x[:, i] * x[:, j]).sum(dim=-1)
    return w
