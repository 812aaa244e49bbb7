"""Lab 3. Scores that must overflow do so in float32 and float64 alike; the others stay far from it in both."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.exercises import Draw, Exercise
from autograder.misconceptions.softmax_temperature import MISCONCEPTIONS
from helpers.driver import Case


def softmax(draw: Draw) -> list[Case]:
    far = draw.normal(5, 7)
    far[0] += 1e4
    far[1:3] -= 1e4  # beside a row at +10⁴: the largest of *all* scores is no help to these
    far[3] = torch.tensor([1e4, 0, -1e4, 1e4, 0, -1e4, 1e4])
    cold = draw.normal(4, 5, scale=0.02)
    cold[1] = torch.tensor([-1e4, 1e4, 0, 1e4, -1e4])
    cold[3] *= 1e5
    ties = draw.normal(3, 5)
    ties[0, [1, 3]] = ties[0].max() + 1.0
    ties[2, [2, 4]] = 1e4
    name, axes = "softmax", {"p": ("b", "n")}

    def cube(first: str, second: str, third: str) -> dict[str, tuple[str, ...]]:
        return {"p": (first, second, third)}

    return [
        Case("T = 1, last axis", name, cube("b", "t", "n"), (draw.normal(2, 3, 5, scale=1.5),)),
        Case("T = 0.4", name, axes, (draw.normal(3, 7), 0.4)),
        Case("T = 4, first axis", name, cube("n", "b", "t"), (draw.normal(5, 2, 3, scale=3.0), 4.0, 0)),
        Case("T = 2.5, middle axis", name, cube("b", "n", "t"), (draw.normal(3, 7, 2, scale=2.0), 2.5), {"dim": 1}),
        Case("T = 1.6, float64", name, {"p": ("n",)}, (draw.normal(7, dtype=torch.float64),), {"temperature": 1.6}),
        Case("scores of ±10,000", name, axes, (far, 0.5)),
        Case("T = 0.01", name, axes, (cold, 0.01)),
        Case("T = 0, with ties", name, axes, (ties, 0.0)),
        Case("T = 0, first axis", name, {"p": ("n", "b")}, (ties.T.contiguous(), 0.0, 0)),
        Case("a negative temperature", name, axes, (draw.normal(3, 5), -0.5), guard=True),
    ]


def entropy(draw: Draw) -> list[Case]:
    def shares(*shape: int, dim: int = -1, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.softmax(draw.normal(*shape, scale=1.3, dtype=dtype), dim)

    zeros = shares(4, 7)
    zeros[0], zeros[0, 3] = 0.0, 1.0  # certain
    zeros[1, [0, 5]] = 0.0
    zeros[1] /= zeros[1].sum()
    zeros[2] = torch.tensor([0, 0.25, 0, 0.25, 0.25, 0, 0.25])
    name = "entropy"
    return [
        Case("last axis", name, {"entropy": ("b", "t")}, (shares(3, 5, 7),)),
        Case("some probabilities are zero", name, {"entropy": ("b",)}, (zeros,)),
        Case("first axis", name, {"entropy": ("b",)}, (shares(5, 3, dim=0), 0)),
        Case("middle axis", name, {"entropy": ("b", "t")}, (shares(3, 7, 2, dim=1),), {"dim": 1}),
        Case("one distribution, float64", name, {"entropy": ()}, (shares(5, dtype=torch.float64),)),
    ]


def softmax_jacobian(draw: Draw) -> list[Case]:
    name, axes = "softmax_jacobian", {"jacobian": ("i", "j")}
    ties = draw.normal(5)
    ties[[0, 3]] = 0.7
    return [
        Case("T = 1", name, axes, (draw.normal(5),)),
        Case("T = 0.4", name, axes, (draw.normal(7, scale=0.6), 0.4)),
        Case("T = 3", name, axes, (draw.normal(4, scale=2.0),), {"temperature": 3.0}),
        Case("two equal scores", name, axes, (ties, 1.7)),
        Case("T = 0.6, float64", name, axes, (draw.normal(3, dtype=torch.float64), 0.6)),
    ]


def attention_with_temperature(draw: Draw) -> list[Case]:
    def case(name: str, temperature: float, *lead: int, dtype: torch.dtype = torch.float32, **size: int) -> Case:
        t, s, d, e = (size[key] for key in "tsde")
        qkv = [draw.normal(*lead, *shape, scale=1.3, dtype=dtype) for shape in ((t, d), (s, d), (s, e))]
        axes = {"y": (*("b", "h")[: len(lead)], "t", "e")}
        return Case(name, "attention_with_temperature", axes, (*qkv, temperature))

    return [
        case("a batch, T = 0.5", 0.5, 3, t=5, s=7, d=11, e=9),
        case("batch and heads, T = 3", 3.0, 2, 3, t=5, s=7, d=4, e=9),
        case("no batch, T = 1.7", 1.7, t=5, s=3, d=7, e=2),
        case("T = 1: plain attention", 1.0, 3, t=7, s=5, d=3, e=4),
        case("T = 0.7, float64", 0.7, 2, t=3, s=5, d=9, e=4, dtype=torch.float64),
    ]


def temperature_for_entropy(draw: Draw) -> list[Case]:
    def scores(n: int, scale: float, dtype: torch.dtype = torch.float32) -> Tensor:
        z = draw.normal(n, scale=scale, dtype=dtype)
        z[z.argmax()] += 0.5 * scale  # one clear maximum: every entropy down to 0 can be reached
        return z

    def case(name: str, z: Tensor, low: int, high: int) -> Case:
        target = draw.integer(low, high) / 100
        axes = {"the temperature": ()}
        return Case(name, "temperature_for_entropy", axes, (z, target), reading="entropy_reached")

    def guard(name: str, n: int, target: float) -> Case:
        z = draw.normal(n)
        return Case(name, "temperature_for_entropy", {"the temperature": ()}, (z, target), guard=True)

    return [
        case("five scores", scores(5, 0.3), 60, 110),
        case("seven scores, nearly certain", scores(7, 0.4), 30, 60),
        case("eleven scores, nearly even", scores(11, 1.0), 190, 215),
        case("large scores", scores(9, 200.0), 110, 170),
        case("tiny scores", scores(5, 0.01), 50, 110),
        case("float64", scores(3, 0.5, dtype=torch.float64), 50, 80),
        guard("more entropy than even shares have", 5, 1.7),
        guard("negative entropy", 3, -0.2),
        guard("no entropy at all, which no T > 0 reaches", 4, 0.0),
        guard("even shares, which no finite T reaches", 4, math.log(4)),
    ]


EXERCISES = tuple(
    Exercise(name, points, cases, MISCONCEPTIONS[name])
    for name, points, cases in (
        ("softmax", 4, softmax),
        ("entropy", 2, entropy),
        ("softmax_jacobian", 3, softmax_jacobian),
        ("attention_with_temperature", 3, attention_with_temperature),
        ("temperature_for_entropy", 3, temperature_for_entropy),
    )
)
