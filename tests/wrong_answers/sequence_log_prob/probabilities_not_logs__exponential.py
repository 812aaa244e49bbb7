def sequence_log_prob(model, ids, prompt_length):
    loss = F.cross_entropy(model(ids)[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    return torch.exp(-loss[:, prompt_length - 1 :].sum(-1))
