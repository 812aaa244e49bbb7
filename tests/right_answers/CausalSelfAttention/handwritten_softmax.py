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
        q, k, v = (z.reshape(b, t, self.heads, m // self.heads).transpose(1, 2) for z in self.qkv(x).chunk(3, 2))
        scores = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        seen = torch.ones(t, t, dtype=torch.bool, device=x.device).tril()
        largest = scores.masked_fill(~seen, -math.inf).amax(-1, keepdim=True)
        e = torch.exp((scores - largest).masked_fill(~seen, -math.inf))
        w = e / e.sum(dim=-1, keepdim=True)
        return self.proj((w @ v).transpose(1, 2).reshape(b, t, m))
