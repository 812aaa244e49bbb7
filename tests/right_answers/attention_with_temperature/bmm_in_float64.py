def attention_with_temperature(q, k, v, temperature):
    lead, (t, d), e = q.shape[:-2], q.shape[-2:], v.shape[-1]
    qs, ks, vs = (a.double().reshape(-1, *a.shape[-2:]) for a in (q, k, v))
    scores = torch.bmm(qs, ks.mT).div(math.sqrt(d)).div(temperature)
    y = torch.bmm(torch.exp(scores - scores.logsumexp(-1, keepdim=True)), vs)
    return y.reshape(*lead, t, e).to(q.dtype)
