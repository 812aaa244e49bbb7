def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    device = ids.device
    text = ids.repeat(num_beams, 1)
    scores = torch.full((num_beams,), -math.inf, device=device)
    scores[0] = 0.0  # at first there is one text only
    done = torch.zeros(num_beams, dtype=torch.bool, device=device)
    length = torch.full((num_beams,), ids.shape[1], device=device)
    while text.shape[1] < max_length and not done.all():
        log_p = F.log_softmax(model(text)[:, -1], dim=-1)
        V = log_p.shape[-1]
        log_p = ban_repeated_ngrams(log_p, text, no_repeat_ngram)
        # a finished text has one continuation, a filler that costs nothing
        filler = torch.full((V,), -math.inf, device=device)
        filler[0] = 0.0
        log_p = torch.where(done[:, None], filler, log_p)
        scores, best = (scores[:, None] + log_p).view(-1).topk(num_beams)
        row, token = best // V, best % V
        text = torch.cat([text[row], token[:, None]], dim=1)
        was_done = done[row]
        length = length[row] + (~was_done).long()
        done = was_done if eos is None else was_done | (token == eos)
    return [(text[i, : length[i]], scores[i].item()) for i in range(num_return)]
