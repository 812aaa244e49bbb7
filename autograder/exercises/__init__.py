"""What an exercise is to the grader: cases drawn from a seed, and the misconceptions that have a hint of their own.

The right answer is not here: it is the solution cell of the lab's source (see `autograder/reference.py`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.misconceptions import Misconception
from helpers.driver import Case

LABS = {
    "01_self_attention": "self_attention",
    "02_transformer_block": "transformer_block",
    "03_softmax_temperature": "softmax_temperature",
    "04_decoding": "decoding",
    "05_toxic_attack": "toxic_attack",
}


class Draw:
    """Random inputs from one seed. Each draw has a generator of its own, so adding one leaves the others as they were."""

    def __init__(self, seed: int):
        self._seed = seed
        self._count = 0

    def _generator(self) -> torch.Generator:
        self._count += 1
        return torch.Generator().manual_seed((self._seed * 1_000_003 + self._count) % 2**63)

    def normal(self, *shape: int, scale: float = 1.0, dtype: torch.dtype = torch.float32) -> Tensor:
        """Independent normal entries with standard deviation `scale`."""
        return (torch.randn(*shape, generator=self._generator()) * scale).to(dtype)

    def integer(self, low: int, high: int) -> int:
        """A whole number, low ≤ n < high."""
        return int(torch.randint(low, high, (), generator=self._generator()))

    def mask(self, *shape: int) -> Tensor:
        """True and False about evenly, with at least one True and one False in each row of three or more."""
        mask = torch.rand(*shape, generator=self._generator()) < 0.5
        place = torch.rand(*shape, generator=self._generator())
        mask.scatter_(-1, place.argmax(-1, keepdim=True), True)
        return mask.scatter_(-1, place.argmin(-1, keepdim=True), False)


@dataclass(frozen=True)
class Exercise:
    """One exercise of a lab; `name` is both the object's name in the notebook and its cell's grade_id."""

    name: str
    points: int
    cases: Callable[[Draw], list[Case]]
    misconceptions: tuple[Misconception, ...]


def exercises(lab: str) -> tuple[Exercise, ...]:
    """A lab's exercises in the order of its notebook. Raises KeyError for a lab that does not exist."""
    return importlib.import_module(f"autograder.exercises.{LABS[lab]}").EXERCISES


def given(lab: str) -> dict[str, tuple[str, ...]]:
    """The objects of earlier labs that are in scope in this lab's notebook: lab → names. KeyError for no lab."""
    return getattr(importlib.import_module(f"autograder.exercises.{LABS[lab]}"), "GIVEN", {})
