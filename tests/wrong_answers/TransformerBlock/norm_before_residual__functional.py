class TransformerBlock(nn.Module):
    def __init__(self, k, heads):
        super().__init__()
        self.attention = SelfAttention(k, heads)
        self.norm1 = nn.LayerNorm(k)
        self.norm2 = nn.LayerNorm(k)
        self.ff = nn.Sequential(nn.Linear(k, 4 * k), nn.ReLU(), nn.Linear(4 * k, k))

    def forward(self, x):
        attended = self.attention(x)
        attended = F.layer_norm(attended, attended.shape[-1:], self.norm1.weight, self.norm1.bias)
        x = attended.add(x)
        thought = self.ff(x)
        thought = F.layer_norm(thought, thought.shape[-1:], self.norm2.weight, self.norm2.bias)
        return thought.add(x)
