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
        d = m // self.heads
        q, k, v = (z.view(b, t, self.heads, d) for z in torch.split(self.qkv(x), m, dim=2))
        out = []
        for i in range(t):
            scores = (q[:, i : i + 1] * k[:, : i + 1]).sum(-1) / math.sqrt(self.m)  # (b, i+1, h)
            w = F.softmax(scores, dim=1)
            out.append((w.unsqueeze(-1) * v[:, : i + 1]).sum(dim=1).reshape(b, m))
        return self.proj(torch.stack(out, dim=1))
