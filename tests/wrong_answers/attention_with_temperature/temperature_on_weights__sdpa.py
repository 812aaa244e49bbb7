def attention_with_temperature(q, k, v, temperature):
    return F.scaled_dot_product_attention(q, k, v) / temperature
