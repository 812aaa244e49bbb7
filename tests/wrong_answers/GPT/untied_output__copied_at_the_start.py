class GPT(nn.Module):
    def __init__(self, n_layer, d_model, heads, n_vocab, n_ctx):
        super().__init__()
        self.n_ctx = n_ctx
        self.tokens = nn.Embedding(n_vocab, d_model)
        self.positions = nn.Embedding(n_ctx, d_model)
        self.blocks = nn.ModuleList([PreNormBlock(d_model, heads) for _ in range(n_layer)])
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, n_vocab, bias=False)
        self.head.weight.data = self.tokens.weight.data.clone()  # equal now, but they will be trained apart

    def forward(self, ids):
        b, t = ids.shape
        if t > self.n_ctx:
            raise ValueError("too long")
        x = self.tokens(ids) + self.positions(torch.arange(t, device=ids.device))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))
