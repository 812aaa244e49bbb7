class Residual(nn.Module):
    """Not a submodule of the block, so that the parameters keep their names."""

    def __init__(self, norm, layer):
        super().__init__()
        self.norm, self.layer = norm, layer

    def forward(self, x):
        return x + self.layer(self.norm(x))


class PreNormBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.attention = CausalSelfAttention(k, heads)
        self.norm1 = nn.LayerNorm(k)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), nn.GELU("tanh"), nn.Linear(4 * k, k))

    def forward(self, x):
        return Residual(self.norm2, self.ff)(Residual(self.norm1, self.attention)(x))
