def training_step(model, optimizer, batch):
    b, t = batch.shape
    logits = model(batch)
    total = 0.0
    for i in range(t - 1):
        scores = logits[:, i]  # what the model says after token i, about token i + 1
        picked = scores[torch.arange(b, device=batch.device), batch[:, i + 1]]
        total = total + (torch.logsumexp(scores, dim=-1) - picked).sum()
    loss = total / (b * (t - 1))
    model.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
