def gpt_parameter_count(n_layer, d_model, n_vocab, n_ctx):
    """Let PyTorch count: on the meta device parameters have shapes but no memory."""
    with torch.device("meta"):
        block = nn.ModuleList(
            [
                nn.LayerNorm(d_model),
                nn.Linear(d_model, 3 * d_model),
                nn.Linear(d_model, d_model),
                nn.LayerNorm(d_model),
                nn.Linear(d_model, 4 * d_model),
                nn.Linear(4 * d_model, d_model),
            ]
        )
        rest = nn.ModuleList([nn.Embedding(n_vocab, d_model), nn.Embedding(n_ctx, d_model), nn.LayerNorm(d_model)])

    def count(module):
        return sum(p.numel() for p in module.parameters())

    return n_layer * count(block) + count(rest)
