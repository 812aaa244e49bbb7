class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        # merging the concatenated heads is the same as adding up what each head contributes
        m = self.m
        y = self.mergeheads.bias
        for h in range(self.heads):
            rows = slice(h * m, (h + 1) * m)
            q, k = x @ self.toqueries.weight[rows].T, x @ self.tokeys.weight[rows].T
            v = x @ self.tovalues.weight[rows].T
            w = torch.softmax(q @ k.mT / math.sqrt(m), dim=-1)
            y = y + w @ v @ self.mergeheads.weight[:, rows].T
        return y
