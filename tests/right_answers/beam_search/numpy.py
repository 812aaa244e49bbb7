import numpy as np


def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    beams = [(np.asarray(ids[0].cpu()), np.float64(0), False)]
    t = ids.shape[1]
    while t < max_length and not all(done for *_, done in beams):
        pool = [beam for beam in beams if beam[2]]
        live = [beam for beam in beams if not beam[2]]
        texts = torch.from_numpy(np.stack([text for text, *_ in live])).to(ids.device)
        logits = model(texts)[:, -1]
        log_p = ban_repeated_ngrams(logits.log_softmax(-1), texts, no_repeat_ngram).detach().cpu().numpy()
        total = log_p.astype(np.float64) + np.array([score for _, score, _ in live])[:, None]
        order = np.argsort(-total, axis=None)[:num_beams]
        for row, token in zip(*np.unravel_index(order, total.shape)):
            if np.isfinite(total[row, token]):
                pool.append((np.append(live[row][0], token), total[row, token], token == eos))
        pool.sort(key=lambda beam: beam[1], reverse=True)
        beams = pool[:num_beams]
        t += 1
    return [(torch.from_numpy(text).to(ids.device), float(score)) for text, score, _ in beams[:num_return]]
