def beam_counterexample():
    logits = torch.full((6, 6), -50.0)
    logits[0, 1], logits[0, 2] = 0.2, 0.0
    logits[1, [3, 4, 5]] = torch.tensor([0.3, 0.0, 0.0])
    logits[2, [4, 5]] = 0.0
    logits[3, 3] = 0.0
    logits[4] = logits[5] = 0.0
    return F.softmax(logits, dim=-1)
