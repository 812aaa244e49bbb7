def sequence_log_prob(model, ids, prompt_length):
    log_p = torch.log_softmax(model(ids), -1)
    total = 0
    for i in range(prompt_length, ids.shape[1]):
        total += log_p[:, i - 1].gather(1, ids[:, [i]]).sum()
    return total
