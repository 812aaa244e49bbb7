class PreNormBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.attention = CausalSelfAttention(k, heads)
        self.norm1 = nn.LayerNorm(k)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), nn.GELU(approximate="tanh"), nn.Linear(4 * k, k))

    def forward(self, x):
        for norm, layer in [(self.norm1, self.attention), (self.norm2, self.ff)]:
            normed = F.layer_norm(x, (x.shape[-1],), norm.weight, norm.bias)
            x = torch.add(normed, layer(normed))
        return x
