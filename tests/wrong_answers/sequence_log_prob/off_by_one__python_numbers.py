def sequence_log_prob(model, ids, prompt_length):
    log_p = torch.log_softmax(model(ids), dim=-1)
    result = torch.zeros(len(ids), dtype=log_p.dtype, device=ids.device)
    for row in range(len(ids)):
        for i in range(prompt_length, ids.shape[1]):
            result[row] += log_p[row, i, ids[row, i]]
    return result
