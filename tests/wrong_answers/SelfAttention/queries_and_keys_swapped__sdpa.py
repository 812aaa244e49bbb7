class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        q, k, v = (
            layer(x).unflatten(-1, (self.heads, self.m)).transpose(1, 2)
            for layer in (self.toqueries, self.tokeys, self.tovalues)
        )
        y = F.scaled_dot_product_attention(k, q, v)
        return self.mergeheads(y.transpose(1, 2).flatten(2))
