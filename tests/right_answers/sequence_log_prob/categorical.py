def sequence_log_prob(model, ids, prompt_length):
    dist = torch.distributions.Categorical(logits=model(ids[:, :-1]))
    return dist.log_prob(ids[:, 1:])[:, prompt_length - 1 :].sum(dim=-1)
