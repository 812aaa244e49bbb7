import numpy as np


def top_p_filter(logits, p):
    if not 0 < p <= 1:
        raise ValueError("bad p")
    x = logits.detach().cpu().numpy()
    if p == 1:
        return logits
    out = np.full_like(x, -np.inf)
    for row, target in zip(x, out):
        q = np.exp(row.astype(np.float64) - row.max())
        q /= q.sum()
        order = np.argsort(q)[::-1]
        n = int(np.argmax(np.cumsum(q[order]) >= p)) + 1
        target[order[:n]] = row[order[:n]]
    return torch.as_tensor(out, device=logits.device)
