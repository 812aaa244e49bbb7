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
        q = self.toqueries(x).view(b, t, self.heads, m)
        k = self.tokeys(x).view(b, t, self.heads, m)
        v = self.tovalues(x).view(b, t, self.heads, m)
        scores = torch.einsum("bihm,bjhm->bhij", q, k) / math.sqrt(m)
        w = scores.softmax(dim=-1)
        return self.mergeheads(torch.einsum("bhij,bjhm->bhim", w, v).reshape(b, t, -1))
