def sequence_log_prob(model, ids, prompt_length):
    logits = model(ids)[:, prompt_length:]
    return -F.cross_entropy(logits.transpose(1, 2), ids[:, prompt_length:], reduction="none").sum(1)
