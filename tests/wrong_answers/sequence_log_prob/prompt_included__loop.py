def sequence_log_prob(model, ids, prompt_length):
    total = 0.0
    for i in range(1, ids.shape[1]):
        step = model(ids[:, :i])[:, -1].log_softmax(-1)
        total = total + step[torch.arange(len(ids)), ids[:, i]]
    return total
