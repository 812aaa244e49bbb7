class TanhGELU(nn.Module):
    def forward(self, x):
        return x / 2 * (1 + torch.tanh((2 / math.pi) ** 0.5 * (x + 0.044715 * x**3)))


class PreNormBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.attention = CausalSelfAttention(k, heads)
        self.norm1 = nn.LayerNorm(k)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), TanhGELU(), nn.Linear(4 * k, k))

    def forward(self, x):
        for sublayer, norm in ((self.attention, self.norm1), (self.ff, self.norm2)):
            x = norm(sublayer(x) + x)
        return x
