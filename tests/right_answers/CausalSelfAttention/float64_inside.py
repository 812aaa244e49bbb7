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
        h, d = self.heads, m // self.heads
        q, k, v = (z.view(b, t, h, d).transpose(1, 2).double() for z in self.qkv(x).split(m, -1))
        seen = torch.ones(t, t, device=x.device).tril().bool()
        scores = (q @ k.mT * d**-0.5).masked_fill(~seen, -1e300)
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, m)
        return self.proj(y.to(x.dtype))
