def greedy_search(model, ids, max_length, eos=None):
    start = ids.shape[1]
    buffer = ids.new_zeros((1, max(start, max_length)))
    buffer[:, :start] = ids
    end = start
    while end < max_length:
        buffer[0, end] = model(buffer[:, :end])[0, -1].argmax()
        end += 1
        if buffer[0, end - 1].item() == eos:
            break
    return buffer[:, :end]
