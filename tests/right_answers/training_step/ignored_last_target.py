def training_step(model, optimizer, batch):
    # shift the targets to the left; the last token has no successor and does not count
    targets = torch.roll(batch, shifts=-1, dims=1)
    targets[:, -1] = -100
    logits = model(batch)
    loss = F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=-100)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
