import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def ban_repeated_ngrams(logits, ids, n):
    result = logits.clone()
    if n == 0:
        return result
    for scores, text in zip(result, ids.cpu().numpy()):
        if len(text) < n:
            continue
        windows = sliding_window_view(text, n)
        prefix = text[len(text) - n + 1 :]
        hits = windows[np.all(windows[:, :-1] == prefix, axis=1), -1]
        scores[torch.from_numpy(hits.copy()).to(scores.device)] = float("-inf")
    return result
