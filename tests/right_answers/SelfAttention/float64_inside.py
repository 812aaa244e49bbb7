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
        q, k, v = (
            f(x).double().view(b, t, self.heads, m).transpose(1, 2)
            for f in (self.toqueries, self.tokeys, self.tovalues)
        )
        w = torch.softmax(q @ k.mT / math.sqrt(m), dim=-1)
        y = (w @ v).transpose(1, 2).reshape(b, t, self.heads * m)
        return self.mergeheads(y.to(x.dtype))
