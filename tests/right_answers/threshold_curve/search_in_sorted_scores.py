def threshold_curve(scores, labels, thresholds):
    """Sorts once: how many scores reach a threshold is then a matter of looking up its place."""

    def reached(values):
        values = values.sort().values.contiguous()
        return len(values) - torch.searchsorted(values, thresholds.contiguous().to(values.dtype))

    toxic = labels.to(torch.bool)
    tp, fp = reached(scores[toxic]), reached(scores[~toxic])
    precision = torch.where(tp + fp == 0, 1.0, tp / (tp + fp))
    return precision, tp / toxic.sum()
