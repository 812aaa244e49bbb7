def threshold_curve(scores, labels, thresholds):
    flagged = torch.ge(scores.unsqueeze(0), thresholds.unsqueeze(1))
    positive = (labels > 0).unsqueeze(0)
    tp = (flagged * positive).sum(-1)
    return torch.nan_to_num(tp / flagged.sum(-1), nan=1.0), tp / positive.sum()
