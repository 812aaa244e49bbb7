def greedy_search(model, ids, max_length, eos=None):
    def go(text, left):
        if left == 0:
            return text
        token = model(text)[:, -1].max(-1, keepdim=True).indices
        text = torch.cat([text, token], 1)
        return text if token == eos else go(text, left - 1)

    return go(ids, max_length)
