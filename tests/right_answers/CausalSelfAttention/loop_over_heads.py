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
        d = m // self.heads
        everything = self.qkv(x)
        future = torch.arange(t, device=x.device)[None, :] > torch.arange(t, device=x.device)[:, None]
        y = torch.zeros_like(x)
        for h in range(self.heads):
            q = everything[..., h * d : (h + 1) * d]
            k = everything[..., m + h * d : m + (h + 1) * d]
            v = everything[..., 2 * m + h * d : 2 * m + (h + 1) * d]
            scores = (q @ k.transpose(1, 2) / d**0.5).masked_fill(future, -math.inf)
            y[..., h * d : (h + 1) * d] = scores.softmax(dim=-1) @ v
        return self.proj(y)
