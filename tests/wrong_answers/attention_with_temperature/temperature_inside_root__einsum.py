def attention_with_temperature(q, k, v, temperature):
    scores = torch.einsum("...td,...sd->...ts", q, k) * (temperature * q.size(-1)) ** -0.5
    return torch.einsum("...ts,...se->...te", scores.softmax(-1), v)
