import einops


class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        split = lambda z: einops.rearrange(z, "b t (h m) -> b h t m", h=self.heads)
        q, k, v = split(self.toqueries(x)), split(self.tokeys(x)), split(self.tovalues(x))
        e = (q @ k.mT / math.sqrt(self.m)).exp()
        w = e / einops.reduce(e, "b h i j -> b h 1 j", "sum")
        return self.mergeheads(einops.rearrange(w @ v, "b h t m -> b t (h m)"))
