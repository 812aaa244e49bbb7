def sequence_log_prob(model, ids, prompt_length):
    log_p = model(ids).log_softmax(-1)[:, prompt_length - 1 : -1]
    hot = F.one_hot(ids[:, prompt_length:], log_p.shape[-1]).to(log_p.dtype)
    return torch.einsum("btv,btv->b", log_p, hot)
