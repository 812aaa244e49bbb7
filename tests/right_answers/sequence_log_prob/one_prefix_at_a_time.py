def sequence_log_prob(model, ids, prompt_length):
    total = torch.zeros(ids.shape[0], device=ids.device)
    with torch.no_grad():
        for i in range(prompt_length, ids.shape[1]):
            step = torch.log_softmax(model(ids[:, :i])[:, -1], dim=1)
            total = total + step.gather(1, ids[:, i : i + 1])[:, 0]
    return total
