class TransformerBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.norm1 = self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), nn.ReLU(), nn.Linear(4 * k, k))
        self.attention = SelfAttention(k, heads=heads)

    def forward(self, x):
        y = self.norm1(torch.add(x, self.attention(x)))
        return self.norm2(torch.add(y, self.ff(y)))
