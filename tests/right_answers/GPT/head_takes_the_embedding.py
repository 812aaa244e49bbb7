class GPT(nn.Module):
    def __init__(self, n_layer, d_model, heads, n_vocab, n_ctx):
        super().__init__()
        self.tokens = nn.Embedding(n_vocab, d_model)
        self.positions = nn.Embedding(n_ctx, d_model)
        self.blocks = nn.ModuleList(PreNormBlock(d_model, heads) for _ in range(n_layer))
        self.norm = nn.LayerNorm(d_model)
        self.head = nn.Linear(d_model, n_vocab, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, ids):
        t = ids.size(1)
        if t > self.positions.num_embeddings:
            raise ValueError("sequence longer than the context")
        pos = torch.arange(0, t, dtype=torch.long, device=ids.device).unsqueeze(0)
        x = self.tokens(ids) + self.positions(pos)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))
