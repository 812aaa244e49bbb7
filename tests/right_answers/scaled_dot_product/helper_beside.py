def masked_softmax(scores, mask):
    if mask is None:
        return scores.softmax(dim=-1)
    w = scores.masked_fill(~mask, -1e9).softmax(dim=-1)
    return w.masked_fill(~mask, 0.0)


def scaled_dot_product(q, k, v, mask=None):
    w = masked_softmax((q * q.shape[-1] ** -0.5) @ k.mT, mask)
    return w @ v, w
