def linear(inputs, outputs):
    return inputs * outputs + outputs


def gpt_parameter_count(n_layer, d_model, n_vocab, n_ctx):
    total = n_vocab * d_model
    total += n_ctx * d_model
    for _ in range(n_layer):
        total += 2 * d_model
        total += linear(d_model, 3 * d_model)
        total += linear(d_model, d_model)
        total += 2 * d_model
        total += linear(d_model, 4 * d_model)
        total += linear(4 * d_model, d_model)
    total += 2 * d_model
    return total
