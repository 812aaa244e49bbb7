class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        m = self.m
        keys, queries, values = self.tokeys(x), self.toqueries(x), self.tovalues(x)
        outputs = []
        for h in range(self.heads):
            mine = slice(h * m, (h + 1) * m)
            weights = F.softmax(queries[..., mine] @ keys[..., mine].transpose(1, 2), dim=-1)
            outputs.append(weights @ values[..., mine])
        return self.mergeheads(torch.cat(outputs, dim=-1))
