class PreNormBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.attention = CausalSelfAttention(k, heads)
        self.norm1 = nn.LayerNorm(k)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), nn.GELU(approximate="tanh"), nn.Linear(4 * k, k))

    def mlp(self, x):
        wide, _, narrow = self.ff
        return narrow(F.relu(wide(x)))

    def forward(self, x):
        x = self.attention(self.norm1(x)) + x
        return self.mlp(self.norm2(x)) + x
