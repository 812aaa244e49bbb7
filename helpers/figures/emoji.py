"""The emoji game: guess a hidden sequence from nothing but the dot products of its tokens."""

from __future__ import annotations

import random

import torch
from torch import Tensor

# Not from helpers.quiz: importing the module would leave it on the package in the place of the function.
from helpers import quiz
from helpers.figures.canvas import draw, figure
from helpers.figures.plots import matrix, ticks

FEATURES = ("animal", "food", "red", "round", "flies", "swims")
EMOJI = {
    "🐦": (1, 0, 0, 0, 1, 0),
    "🐟": (1, 0, 0, 0, 0, 1),
    "🦆": (1, 0, 0, 0, 1, 1),
    "🐞": (1, 0, 1, 1, 1, 0),
    "🍎": (0, 1, 1, 1, 0, 0),
    "🍕": (0, 1, 0, 1, 0, 0),
    "🎈": (0, 0, 1, 1, 1, 0),
    "🚀": (0, 0, 0, 0, 1, 0),
}
LENGTH, CHOICES = 5, 4


def emoji_vectors(sequence: str) -> Tensor:
    """A sequence of the game's emoji as vectors of 0 and 1: (t, 6), float. ValueError for an unknown one."""
    unknown = [one for one in sequence if one not in EMOJI]
    if unknown:
        raise ValueError(f"No vector for {unknown[0]!r}. There are: {' '.join(EMOJI)}")
    return torch.tensor([EMOJI[one] for one in sequence], dtype=torch.float32)


def emoji_table() -> None:
    """Shows the vector of every emoji."""
    rows = [list(vector) for vector in EMOJI.values()]
    spec = figure(
        [matrix(rows, list(FEATURES), list(EMOJI), hovertemplate="%{z}<extra></extra>")],
        "Eight emoji as vectors of six numbers",
        width=460,
        height=400,
        margin={"l": 60, "r": 20, "t": 86, "b": 20},
        xaxis=ticks("", list(FEATURES), side="top"),
        yaxis=ticks("", list(EMOJI), autorange="reversed", tickfont={"size": 20}),
    )
    lines = [f"{one} {' '.join(map(str, vector))}" for one, vector in EMOJI.items()]
    draw(spec, "\n".join([", ".join(FEATURES), *lines]))


def emoji_game(seed: int = 1) -> None:
    """Shows the dot products of a hidden sequence, and a quiz with four sequences to choose from.

    seed: any whole number; each gives another game.
    """
    hidden, choices = deal(seed)
    rows = products(hidden)
    places = [str(i + 1) for i in range(LENGTH)]
    spec = figure(
        [matrix(rows, places, places, hovertemplate="token %{y} · token %{x} = %{z}<extra></extra>")],
        f"Game {seed}: x_i · x_j of a hidden sequence",
        width=390,
        height=390,
        xaxis=ticks("token j", places),
        yaxis=ticks("token i", places, autorange="reversed"),
    )
    draw(spec, "\n".join(" ".join(map(str, row)) for row in rows))
    quiz(
        "Which sequence of five emoji is it?",
        [(" ".join(choice), choice == hidden, _why(choice, hidden)) for choice in choices],
    )


def products(sequence: str) -> list[list[int]]:
    """All dot products of a sequence with itself: (t, t)."""
    return [[_dot(a, b) for b in sequence] for a in sequence]


def deal(seed: int) -> tuple[str, list[str]]:
    """The hidden sequence and the choices, in the order shown; no other choice has the same dot products."""
    luck = random.Random(seed)
    hidden = "".join(luck.sample(list(EMOJI), LENGTH))
    choices = [hidden]
    while len(choices) < CHOICES:
        other = list(hidden)
        if len(choices) == 1:  # one with the same emoji in another order, the rest with one or two of them replaced
            luck.shuffle(other)
        else:
            for place in luck.sample(range(LENGTH), len(choices) - 1):
                other[place] = luck.choice([one for one in EMOJI if one not in other])
        candidate = "".join(other)
        if candidate not in choices and products(candidate) != products(hidden):
            choices.append(candidate)
    luck.shuffle(choices)
    return hidden, choices


def _dot(a: str, b: str) -> int:
    return sum(p * q for p, q in zip(EMOJI[a], EMOJI[b], strict=True))


def _why(choice: str, hidden: str) -> str:
    if choice == hidden:
        return "All 25 numbers agree: the diagonal counts each token's own features, the rest what two tokens share."
    for i in range(LENGTH):
        for j in range(i + 1):
            mine, theirs = _dot(choice[i], choice[j]), _dot(hidden[i], hidden[j])
            if mine != theirs:
                if i == j:
                    return f"{choice[i]} has {mine} features, so cell ({i + 1}, {i + 1}) would be {mine}, but it is {theirs}."
                return (
                    f"{choice[j]} and {choice[i]} share {mine or 'no'} feature{'' if mine == 1 else 's'}, "
                    f"so cell ({i + 1}, {j + 1}) would be {mine}, but it is {theirs}."
                )
    raise AssertionError("two choices with the same dot products")
