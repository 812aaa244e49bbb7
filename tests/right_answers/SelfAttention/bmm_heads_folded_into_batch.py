class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        b, t, m = x.size()
        h = self.heads

        def fold(z):
            return z.view(b, t, h, m).transpose(1, 2).contiguous().view(b * h, t, m)

        q, k, v = fold(self.toqueries(x)), fold(self.tokeys(x)), fold(self.tovalues(x))
        w = F.softmax(torch.bmm(q, k.transpose(1, 2)) / math.sqrt(m), dim=2)
        y = torch.bmm(w, v).view(b, h, t, m)
        return self.mergeheads(y.transpose(1, 2).contiguous().view(b, t, h * m))
