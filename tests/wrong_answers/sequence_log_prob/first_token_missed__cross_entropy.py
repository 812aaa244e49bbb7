def sequence_log_prob(model, ids, prompt_length):
    logits = model(ids)[:, prompt_length:-1]
    new = ids[:, prompt_length + 1 :]
    return -F.cross_entropy(logits.transpose(1, 2), new, reduction="none").sum(1)
