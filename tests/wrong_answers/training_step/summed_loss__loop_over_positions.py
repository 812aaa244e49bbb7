def training_step(model, optimizer, batch):
    optimizer.zero_grad()
    logits = model(batch)
    loss = 0
    for i in range(batch.shape[1] - 1):
        loss = loss + F.cross_entropy(logits[:, i], batch[:, i + 1], reduction="sum")
    loss.backward()
    optimizer.step()
    return loss.item()
