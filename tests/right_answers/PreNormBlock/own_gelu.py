class NewGELU(nn.Module):
    def forward(self, x):
        return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


class PreNormBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(k, eps=1e-5)
        self.attention = CausalSelfAttention(k, heads)
        self.norm2 = nn.LayerNorm(k, eps=1e-5)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), NewGELU(), nn.Linear(4 * k, k))

    def forward(self, x):
        attended = x + self.attention(self.norm1(x))
        return attended + self.ff(self.norm2(attended))
