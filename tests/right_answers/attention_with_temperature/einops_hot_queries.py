from einops import einsum


def attention_with_temperature(q, k, v, temperature):
    q = q / (temperature * q.shape[-1] ** 0.5)  # a hot query is a short query
    w = einsum(q, k, "... t d, ... s d -> ... t s").softmax(-1)
    return einsum(w, v, "... t s, ... s e -> ... t e")
