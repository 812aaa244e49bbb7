def sequence_log_prob(model, ids, prompt_length):
    log_p = model(ids).log_softmax(-1)[:, prompt_length - 1 : -1]
    return torch.stack([-F.nll_loss(row, text) for row, text in zip(log_p, ids[:, prompt_length:])])
