def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    running, finished = [(0.0, ids[0])], []
    with torch.no_grad():
        while running and len(running[0][1]) < max_length:
            candidates = []
            for score, text in running:
                log_p = F.log_softmax(model(text.unsqueeze(0))[0, -1], dim=-1)
                if no_repeat_ngram > 0:
                    log_p = ban_repeated_ngrams(log_p.unsqueeze(0), text.unsqueeze(0), no_repeat_ngram).squeeze(0)
                for token in log_p.isfinite().nonzero().flatten():
                    candidates.append((score + float(log_p[token]), torch.cat([text, token.view(1)])))
            if not candidates:
                break
            # those that have ended defend their places against all that are new
            ranked = sorted(candidates + finished, key=lambda c: c[0], reverse=True)[:num_beams]
            length = len(running[0][1]) + 1
            finished = [c for c in ranked if len(c[1]) < length or c[1][-1].item() == eos]
            running = [c for c in ranked if not (len(c[1]) < length or c[1][-1].item() == eos)]
    best = sorted(running + finished, key=lambda c: c[0], reverse=True)
    return [(text, score) for score, text in best][:num_return]
