def scaled_dot_product(q, k, v, mask=None):
    s = k.shape[-2]
    identity = torch.eye(s, dtype=v.dtype, device=v.device).expand(*k.shape[:-2], s, s)
    if mask is None:
        w = F.scaled_dot_product_attention(q, k, identity, scale=1.0)
    else:
        alive = mask.any(-1, keepdim=True)
        w = F.scaled_dot_product_attention(q, k, identity, attn_mask=mask | ~alive, scale=1.0)
        w = w.masked_fill(~alive, 0)
    return w @ v, w
