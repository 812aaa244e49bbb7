def heads_first(z, heads):
    return torch.stack(z.chunk(heads, dim=-1), dim=1)


def causal_attention(q, k, v):
    t, d = q.shape[-2:]
    scores = q @ k.transpose(-1, -2) / math.sqrt(d)
    scores = scores.masked_fill(torch.ones(t, t, device=q.device).tril() == 0, float("-inf"))
    return F.softmax(scores, dim=-1) @ v


class CausalSelfAttention(nn.Module):
    def __init__(self, m, heads):
        super().__init__()
        if m % heads != 0:
            raise ValueError("heads must divide m")
        self.m, self.heads = m, heads
        self.qkv = nn.Linear(m, 3 * m)
        self.proj = nn.Linear(m, m)

    def forward(self, x):
        q, k, v = [heads_first(part, self.heads) for part in self.qkv(x).split(self.m, dim=-1)]
        y = causal_attention(q, k, v)
        return self.proj(torch.cat(y.unbind(dim=1), dim=-1))
