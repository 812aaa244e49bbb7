def softmax(z, temperature=1.0, dim=-1):
    if temperature < 0:
        raise ValueError("temperature has to be at least 0")

    def one(row):
        best = int(torch.argmax(row))
        if temperature == 0:
            return torch.tensor([float(i == best) for i in range(len(row))], dtype=row.dtype, device=row.device)
        e = torch.stack([torch.exp((value - row[best]) / temperature) for value in row])
        return e / sum(e)

    moved = z.movedim(dim, -1)
    rows = torch.stack([one(row) for row in moved.reshape(-1, moved.shape[-1])])
    return rows.reshape(moved.shape).movedim(-1, dim)
