class Gelu(nn.Module):
    def forward(self, x):
        return F.gelu(x, approximate="tanh")


class PreNormBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.attention = CausalSelfAttention(m=k, heads=heads)
        self.norm1, self.norm2 = (nn.LayerNorm(k) for _ in range(2))
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), Gelu(), nn.Linear(4 * k, k))

    def forward(self, x):
        stream = x  # the residual stream: each part reads from it and adds to it
        for read, write in ((self.norm1, self.attention), (self.norm2, self.ff)):
            stream = stream + write(read(stream))
        return stream
