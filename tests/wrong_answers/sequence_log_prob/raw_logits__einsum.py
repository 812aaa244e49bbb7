def sequence_log_prob(model, ids, prompt_length):
    logits = model(ids)[:, prompt_length - 1 : -1]
    hot = F.one_hot(ids[:, prompt_length:], logits.shape[-1]).to(logits.dtype)
    return torch.einsum("btv,btv->b", logits, hot)
