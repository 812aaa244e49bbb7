def sequence_log_prob(model, ids, prompt_length):
    b, T = ids.shape
    logits = model(ids)
    rows = torch.arange(b, device=ids.device)[:, None]
    places = torch.arange(prompt_length, T, device=ids.device)[None]
    before = logits[rows, places - 1]
    chosen = logits[rows, places - 1, ids[:, prompt_length:]]
    return (chosen - before.logsumexp(-1)).sum(1)
