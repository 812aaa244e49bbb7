class PreNormBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.attention = CausalSelfAttention(k, heads)
        self.norm1 = nn.LayerNorm(k)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), nn.GELU(approximate="tanh"), nn.Linear(4 * k, k))

    def forward(self, x):
        x = self.norm1(x + self.attention(x))
        return self.norm2(x + self.ff(x))
