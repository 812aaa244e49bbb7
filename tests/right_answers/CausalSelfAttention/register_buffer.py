class CausalSelfAttention(nn.Module):
    def __init__(self, m, heads):
        super().__init__()
        self.d, rest = divmod(m, heads)
        if rest:
            raise ValueError(f"{m} cannot be cut into {heads} heads")
        self.heads = heads
        self.qkv = nn.Linear(m, m * 3, bias=True)
        self.proj = nn.Linear(m, m, bias=True)
        self.register_buffer("future", torch.ones(8, 8, dtype=torch.bool).triu(1), persistent=False)

    def forward(self, x):
        b, t, m = x.shape
        if t > len(self.future):  # a longer text than ever before
            self.future = torch.ones(2 * t, 2 * t, dtype=torch.bool, device=x.device).triu(1)
        q, k, v = (z.view(b, t, self.heads, self.d).transpose(1, 2) for z in self.qkv(x).split(m, dim=2))
        scores = torch.matmul(q, k.transpose(2, 3)) * (1.0 / math.sqrt(self.d))
        scores = scores.masked_fill(self.future[:t, :t], float("-inf"))
        y = torch.matmul(F.softmax(scores, dim=3), v)
        return self.proj(y.transpose(1, 2).contiguous().view(b, t, m))
