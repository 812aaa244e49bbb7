class MyLayerNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        return layer_norm(x, self.weight, self.bias)


class SigmoidGELU(nn.Module):
    # (1 + tanh(z)) / 2 is sigmoid(2 z)
    def forward(self, x):
        return x * torch.sigmoid(2 * (2 / math.pi) ** 0.5 * (x + 0.044715 * x * x * x))


class PreNormBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.attention = CausalSelfAttention(k, heads)
        self.norm1 = MyLayerNorm(k)
        self.norm2 = MyLayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), SigmoidGELU(), nn.Linear(4 * k, k))

    def forward(self, x):
        x = self.attention(self.norm1(x)) + x
        x = self.ff(self.norm2(x)) + x
        return x
