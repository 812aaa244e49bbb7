class PreNormBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(k)
        self.attention = CausalSelfAttention(k, heads)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, k * 4), nn.GELU(approximate="tanh"), nn.Linear(k * 4, k))

    def mlp(self, token):
        """token: (b, k). Everything but attention treats each token alone."""
        return self.ff(F.layer_norm(token, token.shape[-1:], self.norm2.weight, self.norm2.bias, self.norm2.eps))

    def forward(self, x):
        y = x + self.attention(self.norm1(x))
        return torch.stack([token + self.mlp(token) for token in y.unbind(dim=1)], dim=1)
