from einops import einsum, repeat


class GPT(nn.Module):
    def __init__(self, n_layer, d_model, heads, n_vocab, n_ctx):
        super().__init__()
        self.tokens = nn.Embedding(n_vocab, d_model)
        self.positions = nn.Embedding(n_ctx, d_model)
        self.blocks = nn.ModuleList([PreNormBlock(d_model, heads) for _ in range(n_layer)])
        self.norm = nn.LayerNorm(d_model)

    def forward(self, ids):
        b, t = ids.shape
        if t > self.positions.weight.shape[0]:
            raise ValueError("too long")
        places = repeat(torch.arange(t, device=ids.device), "t -> b t", b=b)
        x = self.tokens(ids) + self.positions(places)
        for block in self.blocks:
            x = block(x)
        return einsum(self.norm(x), self.tokens.weight, "b t d, v d -> b t v")
