def gpt_parameter_count(n_layer, d_model, n_vocab, n_ctx):
    d = d_model
    block = [(d,), (d,), (d, 3 * d), (3 * d,), (d, d), (d,), (d,), (d,), (d, 4 * d), (4 * d,), (4 * d, d), (d,)]
    return math.prod((n_vocab, d)) + n_layer * sum(map(math.prod, block)) + 2 * d
