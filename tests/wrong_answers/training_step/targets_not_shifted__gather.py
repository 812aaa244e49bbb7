def training_step(model, optimizer, batch):
    log_probs = model(batch).log_softmax(dim=-1)
    loss = -log_probs.gather(-1, batch[:, :, None]).mean()
    model.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
