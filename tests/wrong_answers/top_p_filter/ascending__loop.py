def top_p_filter(logits, p):
    if p <= 0 or p > 1:
        raise ValueError("0 < p <= 1")
    if p == 1:
        return logits
    rows = []
    for row in logits:
        q = row.softmax(0)
        kept, mass = [], 0.0
        for token in torch.argsort(q).tolist():
            kept.append(token)
            mass += float(q[token])
            if mass >= p:
                break
        filtered = torch.full_like(row, -math.inf)
        filtered[kept] = row[kept]
        rows.append(filtered)
    return torch.stack(rows)
