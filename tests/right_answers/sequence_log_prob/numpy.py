import numpy as np


def sequence_log_prob(model, ids, prompt_length):
    logits = model(ids).detach().cpu().numpy().astype(np.float64)
    logits -= logits.max(-1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    text = ids.cpu().numpy()
    steps = np.take_along_axis(log_p[:, :-1], text[:, 1:, None], axis=-1)[..., 0]
    return torch.from_numpy(steps[:, prompt_length - 1 :].sum(-1)).to(ids.device)
