from functools import reduce


class GPT(nn.Module):
    def __init__(self, n_layer, d_model, heads, n_vocab, n_ctx):
        super().__init__()
        self.n_vocab, self.n_ctx = n_vocab, n_ctx
        self.tokens = nn.Embedding(n_vocab, d_model)
        self.positions = nn.Embedding(n_ctx, d_model)
        self.register_buffer("places", torch.arange(n_ctx), persistent=False)
        self.blocks = nn.ModuleList([PreNormBlock(d_model, heads) for _ in range(n_layer)])
        self.norm = nn.LayerNorm(d_model)

    def embed(self, ids):
        # picking a row is a product with a one-hot vector; the output head is the same matrix the other way round
        matrix = self.tokens.weight
        return F.one_hot(ids, self.n_vocab).to(matrix.dtype) @ matrix

    def unembed(self, x):
        return torch.einsum("btd,vd->btv", x, self.tokens.weight)

    def forward(self, ids):
        t = ids.shape[1]
        if t > self.n_ctx:
            raise ValueError(f"no position embedding beyond {self.n_ctx}")
        x = self.embed(ids) + self.positions(self.places[:t])[None]
        return self.unembed(self.norm(reduce(lambda h, block: block(h), self.blocks, x)))
