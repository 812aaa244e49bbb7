def sequence_log_prob(model, ids, prompt_length):
    probs = torch.softmax(model(ids), dim=-1)
    totals = []
    for row, text in enumerate(ids):
        steps = [torch.log(probs[row, i - 1, text[i]]) for i in range(prompt_length, len(text))]
        totals.append(sum(steps, torch.zeros((), dtype=probs.dtype, device=probs.device)))
    return torch.stack(totals)
