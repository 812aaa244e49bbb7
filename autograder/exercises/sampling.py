"""Lab 4, the filters and the draw. No cumulated probability and no share comes near a limit by chance.

A case in which nothing should happen is a guard: to return what came in earns it only beside an answer that does something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.exercises import Draw
from autograder.exercises.toy_language import CLEAR, V, decided, draw_ids, draw_tables, plain_search
from helpers.driver import Case


def apply_temperature(draw: Draw) -> list[Case]:
    def case(name: str, temperature: float, guard: bool = False) -> Case:
        args = (draw.normal(3, V, scale=2.0), temperature)
        return Case(name, "apply_temperature", {"logits": ("b", "V")}, args, guard=guard)

    return [
        case("T = 0.4", 0.4),
        case("T = 3", 3.0),
        case("T = 0", 0.0, guard=True),
        case("T = −1", -1.0, guard=True),
    ]


def top_k_filter(draw: Draw) -> list[Case]:
    def case(name: str, k: int, logits: Tensor, guard: bool = False) -> Case:
        return Case(name, "top_k_filter", {"logits": ("b", "V")}, (logits, k), guard=guard)

    levels = draw.normal(4, V) + torch.tensor([[0.0], [8.0], [-8.0], [2.0]])  # all of one row may lie above another
    ties = torch.tensor([[1.0, 3, 2, 2, 0, 2, -1], [5, 5, 5, 5, 5, 5, 5], [0, 4, 1, 2, 3, -1, -2]])
    ties = ties[:, draw.normal(V).argsort()]
    return [
        case("k = 3", 3, levels),
        case("k = 1", 1, draw.normal(2, V, scale=3.0)),
        case("k = 5", 5, draw.normal(3, V, scale=3.0)),
        case("ties", 2, ties),
        case("k = V", V, draw.normal(2, V), guard=True),
        case("k far above V", 50, draw.normal(2, V), guard=True),
        case("k = 0", 0, draw.normal(2, V), guard=True),
    ]


def top_p_filter(draw: Draw) -> list[Case]:
    def case(name: str, p: float, logits: Tensor, guard: bool = False) -> Case:
        return Case(name, "top_p_filter", {"logits": ("b", "V")}, (logits, p), guard=guard)

    def shares(*rows: Sequence[float]) -> Tensor:
        """Logits, shifted, whose softmax has these shares, each row in an order of its own."""
        mixed = torch.stack([torch.tensor(row)[draw.normal(len(row)).argsort()] for row in rows])
        return mixed.log() + draw.normal(len(rows), 1, scale=3.0)

    # No cumulated share of these rows comes near the p they are used with.
    steep, even = (0.62, 0.2, 0.1, 0.05, 0.03), (0.24, 0.22, 0.2, 0.18, 0.16)
    middle = (0.41, 0.31, 0.14, 0.08, 0.06)
    tail = shares((1.0, 1e-20, 1e-22, 1e-25, 1e-30), (1.0, 1e-18, 1e-24, 1e-26, 1e-28))
    return [
        case("p = 0.75", 0.75, shares(steep, even, middle)),
        case("p = 0.5, the first token may be enough", 0.5, shares(middle, steep, even)),
        case("p = 0.1: one token stays", 0.1, shares(steep, even)),
        case("p = 0.95", 0.95, shares(even, middle, steep)),
        case("p = 1: even the smallest stay", 1.0, tail, guard=True),
        case("p = 0", 0.0, shares(steep, even), guard=True),
        case("p = 1.2", 1.2, shares(steep, even), guard=True),
    ]


LONG, NOISE = 250, 0.22  # tokens drawn, and how far shares may be off: five standard deviations at the least


def sample(draw: Draw) -> list[Case]:
    axes = {name: ("b", "t") for name in ("text", "text again", "another text")}

    def seed() -> int:
        return draw.integer(0, 1 << 31)

    def shares(name: str, p: Sequence[float], **options: Any) -> Case:
        """One distribution for every place, whatever came before: so often each token should be drawn."""
        head = torch.tensor(p).log()[draw.normal(len(p)).argsort()][:, None]
        args = (torch.full((len(p), 1), 20.0), head, draw_ids(draw, 1, 3, len(p)), 3 + LONG)  # tanh(2 · 20) = 1
        kwargs = options | {"seed": seed()}
        return Case(name, "sample", axes, args, kwargs, stage="sampling", reading="drawn_tokens", atol=NOISE)

    def one_way(name: str, t: int, max_length: int, ends: bool) -> Case:
        def make() -> tuple | None:
            tables, ids = draw_tables(draw), draw_ids(draw, 1, t)
            ((_, text),), closest = plain_search(tables, ids, max_length)
            new = text[t:]
            eos = new[3] if ends else None
            if closest < CLEAR or (new and len(set(new)) < 3) or (ends and eos in (0, *new[:3], *text[:t])):
                return None
            return tables, ids, {"eos": eos} if ends else {}

        tables, ids, more = decided(draw, make)
        # Either filter is enough, so that who forgets one does not draw texts here that nobody can foresee.
        kwargs = {"top_k": 1, "top_p": 0.01, "seed": seed()} | more
        args, idle = (*tables, ids, max_length), t >= max_length
        return Case(name, "sample", axes, args, kwargs, stage="sampling", reading="drawn_tokens", guard=idle)

    # Of the flat one two tokens should be left: without top-k it would be four, with the filters the other way round three.
    peaked, flat = (0.85, 0.06, 0.05, 0.04), (0.23, 0.22, 0.2, 0.18, 0.17)
    return [
        shares("T = 4, no filter", peaked, temperature=4.0),
        shares("T = 4, then top-p 0.7", peaked, temperature=4.0, top_p=0.7),
        shares("top-k 3, then top-p 0.67", flat, top_k=3, top_p=0.67),
        one_way("filters that leave no choice", 2, 10, ends=False),
        one_way("no choice, and the text ends", 3, 12, ends=True),
        one_way("a prompt that is long enough already", 4, 4, ends=False),
    ]
