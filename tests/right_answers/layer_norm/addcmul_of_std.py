def layer_norm(x, gain, bias, eps=1e-5):
    spread = torch.std(x, dim=-1, unbiased=False, keepdim=True)
    # the standard deviation is a root already: square it before eps is added
    normed = torch.sub(x, torch.mean(x, dim=-1, keepdim=True)).div(torch.sqrt(spread.square() + eps))
    return torch.addcmul(bias, normed, gain)
