def ban_repeated_ngrams(logits, ids, n):
    t, V = ids.shape[1], logits.shape[1]
    if n < 1 or t < n:
        return logits
    matches = torch.ones(ids.shape[0], t - n + 1, dtype=torch.bool, device=ids.device)
    for back in range(1, n):
        # the token `back` places before the end must equal the one `back` places before the n-gram's last
        ends = ids[:, n - 1 - back : t - back]
        matches &= ends == ids[:, t - back, None]
    banned = (F.one_hot(ids[:, n - 1 :], V).bool() & matches[..., None]).any(dim=1)
    return torch.where(banned, torch.full_like(logits, -math.inf), logits)
