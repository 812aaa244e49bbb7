def to_heads(z, heads):
    """(b, t, h*m) -> (h, b, t, m)"""
    return torch.stack(z.chunk(heads, dim=-1))


def from_heads(z):
    return torch.cat(list(z), dim=-1)


def attend(q, k, v):
    scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(k.shape[-1])
    return torch.matmul(nn.Softmax(dim=-1)(scores), v)


class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        q = to_heads(self.toqueries(x), self.heads)
        k = to_heads(self.tokeys(x), self.heads)
        v = to_heads(self.tovalues(x), self.heads)
        return self.mergeheads(from_heads(attend(q, k, v)))
