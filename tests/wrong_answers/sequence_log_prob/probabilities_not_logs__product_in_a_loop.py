def sequence_log_prob(model, ids, prompt_length):
    p = F.softmax(model(ids), dim=-1)
    product = torch.ones(ids.shape[0], dtype=p.dtype, device=ids.device)
    rows = torch.arange(ids.shape[0], device=ids.device)
    for i in range(prompt_length, ids.shape[1]):
        product = product * p[rows, i - 1, ids[:, i]]
    return product
