import numpy as np


def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k must be >= 1")
    x = logits.detach().cpu().numpy()
    k = min(k, x.shape[-1])
    kth = np.partition(x, -k, axis=-1)[:, [-k]]
    return torch.from_numpy(np.where(x < kth, -np.inf, x)).to(logits)
