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
        h = self.heads
        q = self.toqueries(x).view(b * h, t, m)
        k = self.tokeys(x).view(b * h, t, m)
        v = self.tovalues(x).view(b * h, t, m)
        w = F.softmax(torch.bmm(q, k.transpose(1, 2)) / math.sqrt(m), dim=-1)
        y = torch.bmm(w, v).view(b, h, t, m)
        return self.mergeheads(y.permute(0, 2, 1, 3).flatten(2))
