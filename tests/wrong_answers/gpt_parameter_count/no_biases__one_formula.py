def gpt_parameter_count(n_layer, d_model, n_vocab, n_ctx):
    norms = (2 * n_layer + 1) * 2 * d_model
    return (n_vocab + n_ctx) * d_model + 12 * n_layer * d_model**2 + norms
