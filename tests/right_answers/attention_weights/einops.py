import einops


def attention_weights(x: torch.Tensor) -> torch.Tensor:
    scores = x @ einops.rearrange(x, "b t m -> b m t")
    return torch.softmax(scores, 2)
