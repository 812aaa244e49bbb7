# Errors whose text no file can hold and no terminal should show, and a type with a name of a megabyte.
# ends: survives
class Unspeakable(ValueError):
    pass


Unspeakable.__name__ = "E" * (1 << 20)


def attention_weights(*a, **k):
    raise Unspeakable(
        "\ud800\udfff\x00\x1b]0;passed\x07\x1b[2J\x9b2J\r20/20 \N{RIGHT-TO-LEFT OVERRIDE}" + "<script>" * 9
    )


scaled_dot_product = dot_product_variance = causal_mask = gpt_parameter_count = attention_weights
SelfAttention = CausalSelfAttention = attention_weights
raise Unspeakable("\ud800\x1b]0;passed\x07")
