class TransformerBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.attention = SelfAttention(k, heads)
        for name in ("norm1", "norm2"):
            self.add_module(name, nn.LayerNorm(k))
        self.ff = nn.Sequential()
        self.ff.append(nn.Linear(k, 4 * k))
        self.ff.append(nn.ReLU())
        self.ff.append(nn.Linear(4 * k, k))

    def forward(self, x):
        for sublayer, norm in [(self.attention, self.norm1), (self.ff, self.norm2)]:
            x = norm(x + sublayer(x))
        return x
