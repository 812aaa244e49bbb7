"""Lab 1. Sizes of all axes differ, so that no transposed or misread axis can pass unseen."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.exercises import Draw, Exercise
from autograder.misconceptions.self_attention import MISCONCEPTIONS
from helpers.driver import Case

WEIGHTS = {"weights": ("b", "i", "j")}


def attention_weights(draw: Draw) -> list[Case]:
    repeated = draw.normal(2, 5, 3, scale=0.9)
    repeated[:, 3] = repeated[:, 1]  # two equal tokens must get equal weights
    return [
        Case("three sequences", "attention_weights", WEIGHTS, (draw.normal(3, 5, 7, scale=0.7),)),
        Case("more tokens than numbers in each", "attention_weights", WEIGHTS, (draw.normal(2, 7, 3, scale=0.9),)),
        Case("two equal tokens", "attention_weights", WEIGHTS, (repeated,)),
        Case("in float64", "attention_weights", WEIGHTS, (draw.normal(2, 3, 5, scale=0.7, dtype=torch.float64),)),
    ]


def scaled_dot_product(draw: Draw) -> list[Case]:
    def inputs(*lead: int, t: int, s: int, d: int, e: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, ...]:
        return tuple(draw.normal(*lead, *shape, scale=1.3, dtype=dtype) for shape in ((t, d), (s, d), (s, e)))

    def axes(*lead: str) -> dict[str, tuple[str, ...]]:
        return {"y": (*lead, "t", "e"), "w": (*lead, "t", "s")}

    shut = draw.mask(5, 7)
    shut[2] = False
    padding = torch.ones(3, 1, 5, dtype=torch.bool)
    padding[0, 0, 3:], padding[2] = False, False  # one short sequence, one that is nothing but padding
    wide = inputs(2, 3, t=5, s=7, d=11, e=9)
    name = "scaled_dot_product"
    return [
        Case("a batch, no mask", name, axes("b"), inputs(3, t=5, s=7, d=4, e=9)),
        Case("batch and heads, no mask", name, axes("b", "h"), wide),
        Case("a mask shared by the batch", name, axes("b"), (*inputs(3, t=5, s=7, d=3, e=2), draw.mask(5, 7))),
        Case("a mask given by name", name, axes("b"), inputs(2, t=3, s=5, d=7, e=4), {"mask": draw.mask(2, 3, 5)}),
        Case("a query that may attend to nothing", name, axes("b"), (*inputs(2, t=5, s=7, d=3, e=4), shut)),
        Case("padded sequences", name, axes("b"), (*inputs(3, t=7, s=5, d=3, e=4), padding)),
        Case("no batch, float64", name, axes(), (*inputs(t=5, s=7, d=3, e=4, dtype=torch.float64), shut)),
    ]


def dot_product_variance(draw: Draw) -> list[Case]:
    sizes = {"narrow": draw.integer(5, 12), "a head of GPT-2": 64, "wide": draw.integer(200, 900)}
    return [Case(f"{kind}, d = {d}", "dot_product_variance", {"the variance": ()}, (d,)) for kind, d in sizes.items()]


def _self_attention_state(draw: Draw, m: int, heads: int) -> dict[str, Tensor]:
    # 1.3/√m keeps the scores wide enough that a missing 1/√m shows and narrow enough that no weight is nearly 1.
    scale = 1.3 / math.sqrt(m)
    state = {f"{name}.weight": draw.normal(m * heads, m, scale=scale) for name in ("tokeys", "toqueries", "tovalues")}
    state["mergeheads.weight"] = draw.normal(m, m * heads, scale=scale)
    state["mergeheads.bias"] = draw.normal(m)
    return state


def self_attention(draw: Draw) -> list[Case]:
    def case(name: str, b: int, t: int, m: int, heads: int | None, dtype: torch.dtype = torch.float32) -> Case:
        return Case(
            name,
            "SelfAttention",
            {"y": ("b", "t", "m")},
            (draw.normal(b, t, m, dtype=dtype),),
            init=(m,) if heads is None else (m, heads),
            state=_self_attention_state(draw, m, heads or 8),
            gradients=True,
        )

    return [
        case("three heads", 2, 7, 5, 3),
        case("two heads, wider", 3, 4, 7, 2),
        case("the default of eight heads", 2, 5, 3, None),
        case("float64", 2, 3, 4, 5, torch.float64),
    ]


def causal_mask(draw: Draw) -> list[Case]:
    axes = {"mask": ("i", "j")}
    return [
        Case("a few tokens", "causal_mask", axes, (draw.integer(3, 7),)),
        Case("a single token", "causal_mask", axes, (1,)),
        Case("with a device", "causal_mask", axes, (draw.integer(7, 12),), {"device": "cpu"}),
    ]


def causal_self_attention(draw: Draw) -> list[Case]:
    def case(name: str, b: int, t: int, m: int, heads: int, dtype: torch.dtype = torch.float32) -> Case:
        scale = 1.6 / math.sqrt(m)
        state = {
            "qkv.weight": draw.normal(3 * m, m, scale=scale),
            "qkv.bias": draw.normal(3 * m, scale=0.5),
            "proj.weight": draw.normal(m, m, scale=scale),
            "proj.bias": draw.normal(m),
        }
        x = draw.normal(b, t, m, dtype=dtype)
        return Case(
            name, "CausalSelfAttention", {"y": ("b", "t", "m")}, (x,), init=(m, heads), state=state, gradients=True
        )

    odd = draw.integer(2, 6)
    return [
        case("three heads", 2, 7, 15, 3),
        case("two heads", 3, 5, 8, 2),
        case("float64", 2, 5, 12, 4, torch.float64),
        Case("heads that do not divide m", "CausalSelfAttention", args=None, init=(7 * odd + 1, 7), guard=True),
    ]


def gpt_parameter_count(draw: Draw) -> list[Case]:
    sizes = {
        "GPT-2": (12, 768, 50257, 1024),
        "GPT-2 XL": (48, 1600, 50257, 1024),
        "GPT-3": (96, 12288, 50257, 2048),
        "a small model": (draw.integer(2, 9), draw.integer(10, 99), draw.integer(100, 999), draw.integer(20, 99)),
    }
    return [Case(name, "gpt_parameter_count", {"the count": ()}, size) for name, size in sizes.items()]


EXERCISES = tuple(
    Exercise(name, points, cases, MISCONCEPTIONS[name])
    for name, points, cases in (
        ("attention_weights", 2, attention_weights),
        ("scaled_dot_product", 3, scaled_dot_product),
        ("dot_product_variance", 1, dot_product_variance),
        ("SelfAttention", 6, self_attention),
        ("causal_mask", 1, causal_mask),
        ("CausalSelfAttention", 5, causal_self_attention),
        ("gpt_parameter_count", 2, gpt_parameter_count),
    )
)
