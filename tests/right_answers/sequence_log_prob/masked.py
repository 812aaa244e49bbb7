@torch.no_grad()
def sequence_log_prob(model, ids, prompt_length):
    log_p = torch.log_softmax(model(ids), -1)
    shifted = torch.roll(ids, -1, dims=1)
    token = torch.take_along_dim(log_p, shifted.unsqueeze(2), dim=2).squeeze(2)
    place = torch.arange(ids.size(1), device=ids.device)
    wanted = (place >= prompt_length - 1) & (place < ids.size(1) - 1)
    return torch.where(wanted, token, torch.zeros_like(token)).sum(1)
