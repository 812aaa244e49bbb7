import heapq


def beam_search(model, ids, max_length, num_beams, num_return=1, no_repeat_ngram=0, eos=None):
    prompt = tuple(ids[0].tolist())
    heap = [(0.0, prompt, False)]
    for _ in range(len(prompt), max_length):
        new = []

        def push(item):
            if len(new) < num_beams:
                heapq.heappush(new, item)
            else:
                heapq.heappushpop(new, item)

        for score, text, done in heap:
            if done:
                push((score, text, True))
            else:
                x = torch.tensor(text, device=ids.device)[None]
                logp = model(x)[0, -1].log_softmax(0)
                logp = ban_repeated_ngrams(logp[None], x, no_repeat_ngram)[0]
                for token, step in enumerate(logp.tolist()):
                    push((score + step, text + (token,), token == eos))
        heap = new
    best = heapq.nlargest(num_return, heap)
    return [(torch.tensor(text, device=ids.device), score) for score, text, _ in best]
