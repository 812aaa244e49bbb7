from einops import einsum, rearrange


def scaled_dot_product(q, k, v, mask=None):
    scores = q @ rearrange(k, "... s d -> ... d s") / math.sqrt(q.shape[-1])
    if mask is None:
        mask = torch.ones_like(scores, dtype=torch.bool)
    w = torch.where(mask, scores, torch.finfo(scores.dtype).min).softmax(-1)
    w = torch.where(mask, w, 0.0)
    return einsum(w, v, "... t s, ... s e -> ... t e"), w
