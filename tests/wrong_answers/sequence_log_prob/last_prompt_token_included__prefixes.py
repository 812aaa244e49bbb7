def sequence_log_prob(model, ids, prompt_length):
    total = torch.zeros(ids.shape[0], dtype=torch.float64, device=ids.device)
    for i in range(max(prompt_length - 1, 1), ids.shape[1]):
        step = torch.log_softmax(model(ids[:, :i])[:, -1], dim=1)
        total += step.gather(1, ids[:, i : i + 1])[:, 0]
    return total
