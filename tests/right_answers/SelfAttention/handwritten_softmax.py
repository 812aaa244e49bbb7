class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        b, t, m = x.shape
        k = self.tokeys(x).reshape(b, t, self.heads, m)
        q = self.toqueries(x).reshape(b, t, self.heads, m)
        v = self.tovalues(x).reshape(b, t, self.heads, m)
        # the scores of all pairs by broadcasting: (b, t, 1, h, m) * (b, 1, t, h, m)
        scores = (q[:, :, None] * k[:, None]).sum(-1) / math.sqrt(m)
        e = torch.exp(scores - scores.max(dim=2, keepdim=True)[0])
        w = e / e.sum(dim=2, keepdim=True)
        y = (w.unsqueeze(-1) * v[:, None]).sum(dim=2)
        return self.mergeheads(y.reshape(b, t, self.heads * m))
