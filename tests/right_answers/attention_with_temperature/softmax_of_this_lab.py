def attention_with_temperature(q: Tensor, k: Tensor, v: Tensor, temperature: float) -> Tensor:
    scores = torch.einsum("...td,...sd->...ts", q, k) * q.shape[-1] ** -0.5
    weights = softmax(scores, temperature=temperature, dim=-1)
    return torch.einsum("...ts,...se->...te", weights, v)
