class GPT(nn.Module):
    def __init__(self, n_layer, d_model, heads, n_vocab, n_ctx):
        super().__init__()
        self.n_ctx = n_ctx
        self.tokens = nn.Embedding(n_vocab, d_model)
        self.positions = nn.Embedding(n_ctx, d_model)
        self.blocks = nn.ModuleList([PreNormBlock(d_model, heads) for _ in range(n_layer)])
        self.norm = nn.LayerNorm(d_model)

    def forward(self, ids):
        if ids.shape[1] > self.n_ctx:
            raise ValueError("too long")
        x = self.tokens(ids)
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.tokens.weight)
