def scaled_dot_product(q, k, v, mask=None):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask == False, float("-inf"))
    w = torch.nan_to_num(F.softmax(scores, dim=-1), nan=0.0)
    return w @ v, w
