@torch.no_grad()
def greedy_search(model, ids, max_length, eos=None):
    b, t = ids.shape
    assert b == 1
    while True:
        if t >= max_length:
            break
        logits = model(ids)
        _, token = torch.topk(F.log_softmax(logits[:, t - 1], dim=1), k=1)
        ids = torch.cat([ids, token], 1)
        t += 1
        if eos is not None and int(token) == eos:
            break
    return ids
