def attention_with_temperature(q, k, v, temperature):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return F.softmax(scores / temperature, dim=-1) @ v
