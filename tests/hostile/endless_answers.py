# Lists that never end, have no length that holds, or give another thing each time: as beams, ids and scores.
# ends: survives
# lab: 04_decoding
import itertools

import torch


class Endless(list):
    """Says that it holds one thing, and gives thirty thousand."""

    def __len__(self):
        return 1

    def __iter__(self):
        return itertools.repeat((torch.zeros(40, dtype=torch.int8), 0.0), 30_000)


class Turning(list):
    turns = 0

    def __iter__(self):
        Turning.turns += 1
        return iter([torch.zeros(Turning.turns).long(), float("nan")][: Turning.turns % 3])


def beam_search(model, ids, *_, **__):
    return Endless([1]) if Turning.turns else [Turning([1, 2])]


def greedy_search(model, ids, *_, **__):
    return torch.zeros(1, 1).long().expand(1, 1 << 40)


def sample(model, ids, *_, **__):
    return ids.repeat(1, 900_000 // ids.shape[1])


def sequence_log_prob(model, ids, *_, **__):
    yield from itertools.repeat(0.0)
