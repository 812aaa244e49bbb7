def attention_with_temperature(q, k, v, temperature):
    w = torch.einsum("...td,...sd->...ts", q, k).div(temperature).softmax(-1)
    return torch.einsum("...ts,...se->...te", w, v)
