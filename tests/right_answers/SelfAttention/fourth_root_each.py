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
        q = self.toqueries(x).view(b, t, h, m).permute(0, 2, 1, 3) / m ** (1 / 4)
        k = self.tokeys(x).view(b, t, h, m).permute(0, 2, 3, 1) / m ** (1 / 4)
        v = self.tovalues(x).view(b, t, h, m).permute(0, 2, 1, 3)
        y = torch.softmax(q @ k, dim=3) @ v
        return self.mergeheads(y.permute(0, 2, 1, 3).reshape(b, t, -1))
