def training_step(model, optimizer, batch):
    logits = model(batch[:, :-1])
    loss = F.cross_entropy(logits.transpose(1, 2), batch[:, 1:])
    loss.backward()
    optimizer.step()
    return loss.item()
