class TransformerBlock(nn.Module):
    def __init__(self, k: int, heads: int):
        super().__init__()
        hidden = 4 * k
        layers = [nn.Linear(k, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, k)]
        self.norm1, self.norm2 = nn.LayerNorm([k]), nn.LayerNorm([k])
        self.ff = nn.Sequential(*layers)
        self.attention = SelfAttention(k, heads)

    def forward(self, x: Tensor) -> Tensor:
        attended = self.attention(x)
        residual = torch.add(attended, x)
        normed = self.norm1(residual)
        fed_forward = self.ff(normed)
        residual = torch.add(fed_forward, normed)
        return self.norm2(residual)
