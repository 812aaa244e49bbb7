def training_step(model, optimizer, batch):
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = None
    log_probs = torch.log_softmax(model(batch), dim=-1)[:, :-1]
    chosen = log_probs.gather(2, batch[:, 1:].unsqueeze(-1)).squeeze(-1)
    loss = -chosen.mean()
    loss.backward()
    optimizer.step()
    return loss.detach().cpu().item()
