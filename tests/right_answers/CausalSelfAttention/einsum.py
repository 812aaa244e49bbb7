class CausalSelfAttention(nn.Module):
    def __init__(self, m, heads):
        super().__init__()
        if m % heads != 0:
            raise ValueError("heads must divide m")
        self.m, self.heads = m, heads
        self.qkv = nn.Linear(m, 3 * m)
        self.proj = nn.Linear(m, m)

    def forward(self, x):
        b, t, m = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, self.heads, m // self.heads).unbind(2)
        scores = torch.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(m // self.heads)
        past = torch.tril(torch.ones(t, t, device=x.device)) == 1
        w = torch.where(past, scores, torch.finfo(scores.dtype).min).softmax(-1)
        return self.proj(torch.einsum("bhij,bjhd->bihd", w, v).reshape(b, t, m))
