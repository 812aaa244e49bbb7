def sequence_log_prob(model, ids, prompt_length):
    log_p = F.log_softmax(model(ids), dim=2).tolist()
    result = []
    for row, text in enumerate(ids.tolist()):
        total = 0.0
        for i, token in enumerate(text):
            if i >= prompt_length:
                total += log_p[row][i - 1][token]
        result.append(total)
    return torch.tensor(result, device=ids.device)
