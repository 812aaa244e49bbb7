class GPT(nn.Module):
    def __init__(self, n_layer, d_model, heads, n_vocab, n_ctx):
        super().__init__()
        self.n_ctx = n_ctx
        self.lm_head = nn.Linear(d_model, n_vocab, bias=False)
        nn.init.normal_(self.lm_head.weight, std=0.02)
        self.tokens = nn.Embedding(n_vocab, d_model)
        self.tokens.weight = self.lm_head.weight  # weight tying
        self.positions = nn.Embedding(n_ctx, d_model)
        nn.init.normal_(self.positions.weight, std=0.02)
        self.blocks = nn.ModuleList([])
        for _ in range(n_layer):
            self.blocks.append(PreNormBlock(k=d_model, heads=heads))
        self.norm = nn.LayerNorm(d_model)

    def forward(self, ids: Tensor) -> Tensor:
        if ids.shape[-1] > self.n_ctx:
            raise ValueError(f"at most {self.n_ctx} tokens, not {ids.shape[-1]}")
        token_embeddings = self.tokens(ids)
        position_embeddings = self.positions(torch.arange(ids.shape[-1]).to(ids.device))
        hidden = token_embeddings + position_embeddings
        for i in range(len(self.blocks)):
            hidden = self.blocks[i](hidden)
        hidden = self.norm(hidden)
        logits = self.lm_head(hidden)
        return logits
