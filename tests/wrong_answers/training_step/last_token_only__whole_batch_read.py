def training_step(model, optimizer, batch):
    logits = model(batch)[:, -2]
    loss = F.nll_loss(F.log_softmax(logits, dim=-1), batch[:, -1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
