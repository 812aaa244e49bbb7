def sequence_log_prob(model, ids, prompt_length):
    p = torch.softmax(model(ids[:, :-1]), dim=-1)
    chosen = torch.take_along_dim(p, ids[:, 1:].unsqueeze(-1), dim=-1)[..., 0]
    return chosen[:, prompt_length - 1 :].sum(dim=1)
