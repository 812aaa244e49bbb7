from einops import reduce


def toxicity_metrics(scores, threshold):
    top = reduce(scores, "prompts samples -> prompts", "max")
    return [top.mean().item(), (top >= threshold).sum().item() / top.numel()]
