def training_step(model, optimizer, batch):
    optimizer.zero_grad()
    logits = model(batch)
    loss = F.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), batch[:, 1:].reshape(-1))
    loss.backward()
    optimizer.step()
    return loss.item()
