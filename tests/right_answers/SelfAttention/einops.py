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
        w = (einops.einsum(q, k, "b h i m, b h j m -> b h i j") / x.shape[-1] ** 0.5).softmax(-1)
        return self.mergeheads(einops.rearrange(w @ v, "b h t m -> b t (h m)"))
