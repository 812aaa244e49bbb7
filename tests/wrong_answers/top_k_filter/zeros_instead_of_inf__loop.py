def top_k_filter(logits, k):
    if k < 1:
        raise ValueError("k < 1")
    rows = []
    for row in logits:
        stays = row >= row.topk(min(k, len(row))).values.min()
        filtered = torch.zeros_like(row)
        filtered[stays] = row[stays]
        rows.append(filtered)
    return torch.stack(rows)
