from einops import rearrange


def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    t0 = ids.shape[1]
    n = max(t0, max_length)
    text = torch.zeros(1, n, dtype=torch.long, device=ids.device)
    text[:, :t0] = ids
    ends = torch.tensor([n], device=ids.device)  # where each text ends, as far as is known
    score = torch.zeros(1, device=ids.device)
    for t in range(t0, max_length):
        running = ends > t
        if not running.any():
            break
        log_p = model(text[:, :t])[:, -1].log_softmax(-1)
        log_p = ban_repeated_ngrams(log_p, text[:, :t], no_repeat_ngram)
        V = log_p.shape[1]
        grown = rearrange(score[:, None] + log_p, "beam token -> (beam token)")
        grown = grown.masked_fill(~running.repeat_interleave(V), -math.inf)
        kept = score.masked_fill(running, -math.inf)
        k = min(num_beams, int(torch.cat([grown, kept]).isfinite().sum()))
        score, best = torch.cat([grown, kept]).topk(k)
        new = best < grown.numel()
        row = torch.where(new, best // V, best - grown.numel())
        text, ends = text[row], ends[row]
        token = torch.where(new, best % V, text[:, t])
        text[:, t] = token
        if eos is not None:
            ends = torch.where(new & (token == eos), t + 1, ends)
    return [(text[i, : ends[i]], float(score[i])) for i in range(min(num_return, len(text)))]
