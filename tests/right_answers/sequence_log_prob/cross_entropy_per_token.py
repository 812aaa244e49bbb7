def sequence_log_prob(model, ids, prompt_length):
    logits = model(ids)[:, prompt_length - 1 : -1]
    new = ids[:, prompt_length:]
    return -F.cross_entropy(logits.transpose(1, 2), new, reduction="none").sum(dim=1)
