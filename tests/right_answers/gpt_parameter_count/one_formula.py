def gpt_parameter_count(n_layer, d_model, n_vocab, n_ctx):
    return (n_vocab + n_ctx) * d_model + n_layer * (12 * d_model**2 + 13 * d_model) + 2 * d_model
