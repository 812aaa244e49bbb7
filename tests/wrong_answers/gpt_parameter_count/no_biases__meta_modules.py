def gpt_parameter_count(n_layer, d_model, n_vocab, n_ctx):
    with torch.device("meta"):
        linears = [nn.Linear(d_model, n * d_model, bias=False) for n in (3, 1, 4)]
        linears.append(nn.Linear(4 * d_model, d_model, bias=False))
        norm = nn.LayerNorm(d_model)
    in_norm = sum(p.numel() for p in norm.parameters())
    in_block = sum(layer.weight.numel() for layer in linears) + 2 * in_norm
    return (n_vocab + n_ctx) * d_model + n_layer * in_block + in_norm
