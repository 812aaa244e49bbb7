def training_step(model, optimizer, batch):
    log_probs = F.log_softmax(model(batch), dim=-1)[:, :-1]
    loss = -log_probs.gather(2, batch[:, 1:, None]).mean()
    parameters = [p for p in model.parameters()]
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.grad = g if p.grad is None else p.grad + g
    optimizer.step()
    return loss.item()
