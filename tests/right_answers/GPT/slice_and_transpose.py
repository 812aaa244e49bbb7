class GPT(nn.Module):
    def __init__(self, n_layer, d_model, heads, n_vocab, n_ctx):
        super().__init__()
        self.n_layer, self.d_model, self.heads, self.n_vocab, self.n_ctx = n_layer, d_model, heads, n_vocab, n_ctx
        self.norm = nn.LayerNorm(d_model)
        self.blocks = nn.ModuleList([PreNormBlock(d_model, heads) for _ in range(n_layer)])
        self.positions = nn.Embedding(n_ctx, d_model)
        self.tokens = nn.Embedding(n_vocab, d_model)

    def forward(self, ids):
        t = ids.shape[1]
        if not t <= self.n_ctx:
            raise ValueError(t)
        x = self.tokens.weight[ids] + self.positions.weight[:t]
        for layer in self.blocks:
            x = layer(x)
        return self.norm(x) @ self.tokens.weight.T
