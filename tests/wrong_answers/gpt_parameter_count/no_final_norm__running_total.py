def gpt_parameter_count(n_layer, d_model, n_vocab, n_ctx):
    total = n_vocab * d_model + n_ctx * d_model
    for _ in range(n_layer):
        total += 12 * d_model * d_model  # matrices
        total += 9 * d_model  # their biases
        total += 4 * d_model  # two layer norms
    return total
