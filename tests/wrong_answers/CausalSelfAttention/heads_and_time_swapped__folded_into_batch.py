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
        q, k, v = (z.reshape(b * h, t, d) for z in self.qkv(x).split(m, dim=-1))
        future = torch.arange(t, device=x.device) > torch.arange(t, device=x.device).unsqueeze(1)
        w = F.softmax((torch.bmm(q, k.mT) / math.sqrt(d)).masked_fill(future, -math.inf), dim=-1)
        return self.proj(torch.bmm(w, v).view(b, h, t, d).permute(0, 2, 1, 3).flatten(2))
