class CausalSelfAttention(nn.Module):
    def __init__(self, m, heads):
        super().__init__()
        if m % heads != 0:
            raise ValueError("heads must divide m")
        self.m, self.heads = m, heads
        self.qkv = nn.Linear(m, 3 * m)
        self.proj = nn.Linear(m, m)

    def forward(self, x):
        b, t, m = x.shape
        q, k, v = (z.view(b, t, self.heads, -1).transpose(1, 2) for z in self.qkv(x).chunk(3, dim=-1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return y.transpose(1, 2).flatten(2)
