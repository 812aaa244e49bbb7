class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        def one(q, k, v):  # one sequence: (t, h, m) each
            w = torch.softmax(torch.einsum("ihm,jhm->hij", q, k) / math.sqrt(self.m), dim=-1)
            return torch.einsum("hij,jhm->ihm", w, v).flatten(1)

        parts = [f(x).unflatten(-1, (self.heads, self.m)) for f in (self.toqueries, self.tokeys, self.tovalues)]
        return self.mergeheads(torch.vmap(one)(*parts))
