class SelfAttention(nn.Module):
    def __init__(self, m, heads=8):
        super().__init__()
        self.m, self.heads = m, heads
        self.tokeys = nn.Linear(m, m * heads, bias=False)
        self.toqueries = nn.Linear(m, m * heads, bias=False)
        self.tovalues = nn.Linear(m, m * heads, bias=False)
        self.mergeheads = nn.Linear(m * heads, m)

    def forward(self, x):
        # time first, and heads folded into the batch, as nn.MultiheadAttention does it
        b, t, m = x.shape
        x = x.transpose(0, 1)
        q = self.toqueries(x).reshape(t, b * self.heads, m).transpose(0, 1)
        k = self.tokeys(x).reshape(t, b * self.heads, m).transpose(0, 1)
        v = self.tovalues(x).reshape(t, b * self.heads, m).transpose(0, 1)
        nothing = torch.zeros(b * self.heads, t, t, dtype=x.dtype, device=x.device)
        w = F.softmax(torch.baddbmm(nothing, q, k.transpose(1, 2), alpha=m**-0.5), dim=-1)
        y = torch.bmm(w, v).transpose(0, 1).reshape(t, b, self.heads * m)
        return self.mergeheads(y).transpose(0, 1)
