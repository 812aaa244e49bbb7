def training_step(model, optimizer, batch):
    logits = model(batch)
    b, t, v = logits.shape
    loss = F.cross_entropy(logits[:, : t - 1].contiguous().view(b * (t - 1), v), batch[:, 1:].contiguous().view(-1))
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()
