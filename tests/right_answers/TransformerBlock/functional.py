class TransformerBlock(nn.Module):
    """The submodules only hold the parameters; forward writes the formulas out."""

    def __init__(self, k, heads):
        super().__init__()
        self.k = k
        self.attention = SelfAttention(k, heads)
        self.norm1 = nn.LayerNorm(k)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), nn.ReLU(), nn.Linear(4 * k, k))

    def forward(self, x):
        x = F.layer_norm(self.attention(x) + x, (self.k,), self.norm1.weight, self.norm1.bias)
        h = torch.einsum("btk,fk->btf", x, self.ff[0].weight) + self.ff[0].bias
        h = torch.einsum("btf,kf->btk", h.clamp(min=0), self.ff[2].weight) + self.ff[2].bias
        return F.layer_norm(h + x, (self.k,), self.norm2.weight, self.norm2.bias)
