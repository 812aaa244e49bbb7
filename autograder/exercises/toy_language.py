"""Small language models for the cases of lab 4, and a plain search that tells how clear its decisions are."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from autograder.exercises import Draw
from helpers.stages.decoding import language_model

V, M = 7, 5  # vocabulary and width of the small language models
CLEAR = 1e-3  # nats between what is chosen and what is not


def draw_tables(draw: Draw, scale: float = 1.5, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """The embedding and the head of a language model."""
    return draw.normal(V, M, dtype=dtype), draw.normal(V, M, scale=scale, dtype=dtype)


def draw_ids(draw: Draw, b: int, t: int, n_vocab: int = V) -> Tensor:
    return torch.tensor([[draw.integer(0, n_vocab) for _ in range(t)] for _ in range(b)])


Beam = tuple[float, tuple[int, ...]]  # log-probability of the continuation, and the text


def plain_search(
    tables: tuple[Tensor, Tensor],
    prompt: Tensor,
    max_length: int,
    width: int = 1,
    ban: int = 0,
    eos: int | None = None,
    mistake: str | None = None,
) -> tuple[list[Beam], float]:
    """Beam search written out plainly, and the smallest difference in nats on which anything depended.

    mistake: "set aside": texts that have ended take no place until the very end; "per step": texts are compared by their
             last step. Both are common; a case should show the first, and leave no doubt which texts the second keeps
    """
    model = language_model(*(table.double() for table in tables))
    start = tuple(prompt[0].tolist())
    beams, ended, closest = [(0.0, start)], [], math.inf
    for _ in range(len(start), max_length):
        longer = [beam for beam in beams if eos in beam[1][len(start) :]]
        running = [beam for beam in beams if beam not in longer]
        if not running:
            break
        log_p = model(torch.tensor([text for _, text in running]))[:, -1].log_softmax(-1)
        for (total, text), steps in zip(running, log_p.tolist(), strict=True):
            old = {text[i : i + ban] for i in range(len(text) - ban + 1)} if ban else set()
            start_at = 0.0 if mistake == "per step" else total
            longer += [(start_at + step, (*text, x)) for x, step in enumerate(steps) if (*text, x)[-ban:] not in old]
        longer.sort(reverse=True)
        deciding = [total for total, _ in longer[: width + 1]]
        closest = min([closest, *(a - b for a, b in pairwise(deciding))])
        beams = longer[:width]
        if mistake == "set aside":
            ended += [beam for beam in beams if beam[1][-1] == eos]
            beams = [beam for beam in beams if beam[1][-1] != eos]
    return sorted(beams + ended, reverse=True)[:width], closest


def decided(draw: Draw, make: Callable[[], tuple | None]) -> tuple:
    """The first of what `make` draws in which the case shows what it is there for: it gives None where it does not."""
    return next(found for found in iter(make, 0) if found)
