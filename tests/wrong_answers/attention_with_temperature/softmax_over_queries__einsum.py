def attention_with_temperature(q, k, v, temperature):
    scores = torch.einsum("...td,...sd->...ts", q, k) / math.sqrt(q.shape[-1]) / temperature
    e = torch.exp(scores - scores.amax(-2, keepdim=True))
    return torch.einsum("...ts,...se->...te", e / e.sum(-2, keepdim=True), v)
