class CausalSelfAttention(nn.Module):
    def __init__(self, m, heads):
        super().__init__()
        if m % heads != 0:
            raise ValueError("heads must divide m")
        self.m, self.heads = m, heads
        self.qkv = nn.Linear(m, 3 * m)
        self.proj = nn.Linear(m, m)

    def forward(self, x):
        b, t, m = x.size()
        d = m // self.heads
        q, k, v = self.qkv(x).split(m, dim=-1)
        q = q.view(b, t, self.heads, d).transpose(1, 2)
        k = k.view(b, t, self.heads, d).permute(0, 2, 3, 1)
        v = v.view(b, t, self.heads, d).transpose(1, 2)
        shut = torch.full((t, t), float("-inf"), dtype=x.dtype, device=x.device).triu(1)
        y = F.softmax(q @ k / math.sqrt(d) + shut, dim=-1) @ v
        return self.proj(y.transpose(1, 2).reshape(b, t, m))
