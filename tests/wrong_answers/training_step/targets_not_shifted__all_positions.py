def training_step(model, optimizer, batch):
    optimizer.zero_grad()
    logits = model(batch)
    loss = F.cross_entropy(logits.flatten(0, 1), batch.flatten())
    loss.backward()
    optimizer.step()
    return loss.item()
