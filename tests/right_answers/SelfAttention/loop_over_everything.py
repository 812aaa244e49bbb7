class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        b, t, m = x.shape
        keys, queries, values = self.tokeys(x), self.toqueries(x), self.tovalues(x)
        y = torch.zeros(b, t, m * self.heads, dtype=x.dtype, device=x.device)
        for n in range(b):
            for h in range(self.heads):
                a, z = h * m, (h + 1) * m
                for i in range(t):
                    scores = torch.stack([queries[n, i, a:z].dot(keys[n, j, a:z]) for j in range(t)]) / m**0.5
                    weights = torch.softmax(scores, 0)
                    y[n, i, a:z] = sum(weights[j] * values[n, j, a:z] for j in range(t))
        return self.mergeheads(y)
