def training_step(model, optimizer, batch):
    criterion = nn.CrossEntropyLoss()
    probabilities = nn.Softmax(dim=-1)(model(batch))[:, :-1]
    loss = criterion(probabilities.permute(0, 2, 1), batch[:, 1:])
    model.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
