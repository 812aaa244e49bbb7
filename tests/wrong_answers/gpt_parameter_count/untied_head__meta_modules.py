def gpt_parameter_count(n_layer, d_model, n_vocab, n_ctx):
    with torch.device("meta"):
        block = [
            nn.LayerNorm(d_model),
            nn.Linear(d_model, 3 * d_model),
            nn.Linear(d_model, d_model),
            nn.LayerNorm(d_model),
            nn.Linear(d_model, 4 * d_model),
            nn.Linear(4 * d_model, d_model),
        ]
        ends = [
            nn.Embedding(n_vocab, d_model),
            nn.Embedding(n_ctx, d_model),
            nn.LayerNorm(d_model),
            nn.Linear(d_model, n_vocab, bias=False),
        ]
    count = lambda modules: sum(p.numel() for module in modules for p in module.parameters())
    return n_layer * count(block) + count(ends)
