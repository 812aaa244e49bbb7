def training_step(model, optimizer, batch):
    model.train()
    inputs, targets = batch[:, :-1], batch[:, 1:]
    logits = model(inputs)
    # cross_entropy wants the classes on axis 1
    loss = nn.CrossEntropyLoss()(logits.transpose(1, 2), targets)
    optimizer.zero_grad(set_to_none=False)
    loss.backward()
    optimizer.step()
    return float(loss.detach())
