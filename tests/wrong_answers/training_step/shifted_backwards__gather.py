def training_step(model, optimizer, batch):
    optimizer.zero_grad()
    log_probs = model(batch[:, 1:]).log_softmax(-1)
    loss = -log_probs.gather(-1, batch[:, :-1].unsqueeze(-1)).mean()
    loss.backward()
    optimizer.step()
    return loss.item()
