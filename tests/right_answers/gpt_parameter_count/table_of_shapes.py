def gpt_parameter_count(n_layer, d_model, n_vocab, n_ctx):
    d = d_model
    once = [(n_vocab, d), (n_ctx, d), (d,), (d,)]
    every_block = [(d,), (d,), (d, 3 * d), (3 * d,), (d, d), (d,), (d,), (d,), (d, 4 * d), (4 * d,), (4 * d, d), (d,)]
    return sum(math.prod(s) for s in once) + n_layer * sum(math.prod(s) for s in every_block)
