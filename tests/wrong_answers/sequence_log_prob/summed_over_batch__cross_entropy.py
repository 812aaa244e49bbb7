def sequence_log_prob(model, ids, prompt_length):
    logits = model(ids)[:, prompt_length - 1 : -1]
    return -F.cross_entropy(logits.flatten(0, 1), ids[:, prompt_length:].flatten(), reduction="sum")
