def scaled_dot_product(q, k, v, mask=None):
    t, s, d = q.shape[-2], k.shape[-2], q.shape[-1]
    if mask is None:
        mask = torch.ones((t, s), dtype=torch.bool, device=q.device)
    bias = torch.zeros(mask.shape, dtype=q.dtype, device=q.device)
    bias[~mask] = float("-inf")
    bias = bias.masked_fill(~mask.any(-1, keepdim=True), 0.0)
    w = F.softmax(q @ k.transpose(-2, -1) / d**0.5 + bias, dim=-1)
    w = w * mask.any(-1, keepdim=True).to(w.dtype)
    return w @ v, w
