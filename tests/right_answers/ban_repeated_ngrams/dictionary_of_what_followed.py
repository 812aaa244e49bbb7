from collections import defaultdict


def ban_repeated_ngrams(logits, ids, n):
    if n == 0:
        return logits
    mask = torch.zeros_like(logits)
    for row in range(len(ids)):
        text = ids[row].tolist()
        followed_by = defaultdict(list)
        for gram in zip(*[text[i:] for i in range(n)]):
            followed_by[gram[:-1]].append(gram[-1])
        prefix = tuple(text[len(text) - (n - 1) :])
        mask[row, followed_by.get(prefix, [])] = -math.inf
    return logits + mask
