"""Lab 2. All parameters are drawn, gains and biases too: at their first values (one and zero) a forgotten one would not show."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from autograder.exercises import Draw, Exercise
from autograder.misconceptions.transformer_block import MISCONCEPTIONS
from helpers.driver import Case

GIVEN = {"01_self_attention": ("SelfAttention", "CausalSelfAttention")}


def layer_norm(draw: Draw) -> list[Case]:
    def case(name: str, axes: str, *shape: int, scale: float = 1.5, dtype: torch.dtype = torch.float32, **kwargs):
        x = draw.normal(*shape, scale=scale, dtype=dtype)
        if scale > 1:
            x = x + draw.normal(*shape[:-1], 1, dtype=dtype)  # tokens with means of their own
        return Case(
            name, "layer_norm", {"y": tuple(axes)}, (x, *gain_bias(shape[-1], dtype)), kwargs, gradients=scale > 1
        )

    def gain_bias(m: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
        return 1 + draw.normal(m, scale=0.5, dtype=dtype), draw.normal(m, dtype=dtype)

    constant = draw.normal(3, 5, 7)
    constant[1, 2], constant[2, 4] = -2.5, 0.0  # no variance at all: ε alone keeps 0/0 away
    return [
        case("three sequences", "btm", 3, 5, 7),
        case("tokens that hardly vary", "btm", 2, 5, 9, scale=3e-3),
        case("a large ε, given by name", "btm", 2, 3, 5, eps=0.25),
        Case("tokens of equal numbers", "layer_norm", {"y": tuple("btm")}, (constant, *gain_bias(7))),
        case("one sequence without a batch axis, float64", "tm", 5, 3, dtype=torch.float64),
    ]


def sinusoidal_positions(draw: Draw) -> list[Case]:
    name, axes = "sinusoidal_positions", {"positions": ("t", "m")}
    return [
        Case("a narrow table", name, axes, (draw.integer(9, 15), 6)),
        Case("a wide one", name, axes, (draw.integer(5, 9), 2 * draw.integer(16, 24))),
        Case("a single place", name, axes, (1, 10)),
        Case("an odd width", name, args=(5, 2 * draw.integer(2, 6) + 1), guard=True),
    ]


def _norms(draw: Draw, k: int, *names: str) -> dict[str, Tensor]:
    state = {f"{name}.weight": 1 + draw.normal(k, scale=0.4) for name in names}
    return state | {f"{name}.bias": draw.normal(k, scale=0.5) for name in names}


def _mlp(draw: Draw, k: int) -> dict[str, Tensor]:
    return {
        "ff.0.weight": draw.normal(4 * k, k, scale=1.3 / math.sqrt(k)),
        "ff.0.bias": draw.normal(4 * k, scale=0.5),
        "ff.2.weight": draw.normal(k, 4 * k, scale=1.3 / math.sqrt(4 * k)),
        "ff.2.bias": draw.normal(k, scale=0.5),
    }


def _post_norm_state(draw: Draw, k: int, heads: int) -> dict[str, Tensor]:
    scale = 1.3 / math.sqrt(k)
    maps = ("tokeys", "toqueries", "tovalues")
    state = {f"attention.{name}.weight": draw.normal(k * heads, k, scale=scale) for name in maps}
    state["attention.mergeheads.weight"] = draw.normal(k, k * heads, scale=scale)
    state["attention.mergeheads.bias"] = draw.normal(k, scale=0.5)
    return state | _norms(draw, k, "norm1", "norm2") | _mlp(draw, k)


def _pre_norm_state(draw: Draw, k: int) -> dict[str, Tensor]:
    scale = 1.6 / math.sqrt(k)
    state = {
        "attention.qkv.weight": draw.normal(3 * k, k, scale=scale),
        "attention.qkv.bias": draw.normal(3 * k, scale=0.5),
        "attention.proj.weight": draw.normal(k, k, scale=scale),
        "attention.proj.bias": draw.normal(k, scale=0.5),
    }
    return state | _norms(draw, k, "norm1", "norm2") | _mlp(draw, k)


def transformer_block(draw: Draw) -> list[Case]:
    def case(name: str, b: int, t: int, k: int, heads: int, dtype: torch.dtype = torch.float32) -> Case:
        x, state = draw.normal(b, t, k, scale=1.3, dtype=dtype), _post_norm_state(draw, k, heads)
        return Case(name, "TransformerBlock", {"y": tuple("btk")}, (x,), init=(k, heads), state=state, gradients=True)

    return [
        case("three heads", 2, 7, 5, 3),
        case("two heads", 3, 4, 7, 2),
        case("float64", 2, 3, 9, 2, torch.float64),
    ]


def pre_norm_block(draw: Draw) -> list[Case]:
    def case(name: str, b: int, t: int, k: int, heads: int, dtype: torch.dtype = torch.float32) -> Case:
        x, state = draw.normal(b, t, k, scale=1.7, dtype=dtype), _pre_norm_state(draw, k)
        return Case(name, "PreNormBlock", {"y": tuple("btk")}, (x,), init=(k, heads), state=state, gradients=True)

    return [
        case("three heads", 2, 7, 9, 3),
        case("two heads", 3, 5, 6, 2),
        case("float64", 2, 3, 15, 5, torch.float64),
    ]


def _ids(draw: Draw, n_vocab: int, b: int, t: int) -> Tensor:
    return torch.tensor([[draw.integer(0, n_vocab) for _ in range(t)] for _ in range(b)])


def gpt(draw: Draw) -> list[Case]:
    def case(name: str, b: int, t: int, sizes: tuple[int, int, int, int, int], **more) -> Case:
        n_layer, d, _, n_vocab, n_ctx = sizes
        state = {"tokens.weight": draw.normal(n_vocab, d, scale=0.8), "positions.weight": draw.normal(n_ctx, d)}
        for layer in range(n_layer):
            state |= {f"blocks.{layer}.{name}": value for name, value in _pre_norm_state(draw, d).items()}
        ids = _ids(draw, n_vocab, b, t)
        state |= _norms(draw, d, "norm")
        axes = {"logits": tuple("btV")}
        return Case(name, "GPT", axes, (ids,), init=sizes, state=state, **more)

    return [
        case("two blocks", 3, 5, (2, 6, 2, 11, 8), gradients=True),
        case("a full context", 2, 7, (1, 6, 3, 9, 7)),
        case("a context of one", 4, 1, (3, 4, 2, 7, 5)),
        case("more tokens than the context holds", 2, 6, (1, 4, 2, 7, 5), guard=True),
    ]


def training_step(draw: Draw) -> list[Case]:
    axes = {"losses": ("step",), "embedding after": ("V", "m"), "head after": ("V", "m")}

    def case(
        name: str, n_vocab: int, m: int, shapes: list[tuple[int, int]], dtype: torch.dtype = torch.float32
    ) -> Case:
        tables = (draw.normal(n_vocab, m, dtype=dtype), draw.normal(n_vocab, m, dtype=dtype))
        batches = [_ids(draw, n_vocab, b, t) for b, t in shapes]
        return Case(name, "training_step", axes, (*tables, 0.5, *batches), stage="training")

    return [
        case("a single step", 7, 3, [(4, 6)]),
        case("three steps", 11, 5, [(3, 7), (2, 5), (3, 4)]),
        case("sequences of two tokens, float64", 5, 4, [(3, 2), (7, 2)], torch.float64),
    ]


EXERCISES = tuple(
    Exercise(name, points, cases, MISCONCEPTIONS[name])
    for name, points, cases in (
        ("layer_norm", 3, layer_norm),
        ("TransformerBlock", 4, transformer_block),
        ("PreNormBlock", 4, pre_norm_block),
        ("sinusoidal_positions", 2, sinusoidal_positions),
        ("GPT", 5, gpt),
        ("training_step", 2, training_step),
    )
)
