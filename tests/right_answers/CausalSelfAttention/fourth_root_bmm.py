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
        h = self.heads
        d = m // h
        q, k, v = (z.view(b, t, h, d).transpose(1, 2).reshape(b * h, t, d) for z in self.qkv(x).tensor_split(3, dim=-1))
        scores = torch.bmm(q / d**0.25, (k / d**0.25).transpose(1, 2))
        rows, cols = torch.triu_indices(t, t, offset=1, device=x.device)
        hidden = torch.zeros(t, t, dtype=torch.bool, device=x.device)
        hidden[rows, cols] = True
        w = torch.softmax(scores.masked_fill(hidden, -1e9), dim=-1)
        return self.proj(torch.bmm(w, v).view(b, h, t, d).transpose(1, 2).reshape(b, t, m))
