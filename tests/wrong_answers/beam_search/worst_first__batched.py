def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    text, scores = ids, torch.zeros(1, device=ids.device)
    finished = []
    while len(text) and text.shape[1] < max_length:
        log_p = F.log_softmax(model(text)[:, -1], dim=-1)
        log_p = ban_repeated_ngrams(log_p, text, no_repeat_ngram)
        V = log_p.shape[1]
        total = (scores[:, None] + log_p).flatten()
        best, place = total.topk(min(num_beams, len(total)))
        grown = torch.cat([text[place // V], (place % V)[:, None]], dim=1)
        pool = finished + [(row, score.item(), row[-1] == eos) for row, score in zip(grown, best)]
        pool = sorted(pool, key=lambda beam: beam[1], reverse=True)[:num_beams]
        finished = [beam for beam in pool if beam[2]]
        running = [beam for beam in pool if not beam[2]]
        if running:
            text = torch.stack([row for row, _, _ in running])
            scores = torch.tensor([score for _, score, _ in running], device=ids.device)
        else:
            text = text[:0]
    everyone = finished + [(row, score.item(), False) for row, score in zip(text, scores)]
    everyone.sort(key=lambda beam: beam[1])
    return [(row, score) for row, score, _ in everyone[:num_return]]
