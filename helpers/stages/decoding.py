"""The stages of lab 4: a small language model made from two tables, handed to a student's decoding function."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.refused import Refused

NOTHING = -1  # fills up texts of several lengths


def language_model(embedding: Tensor, head: Tensor) -> Callable[[Tensor], Tensor]:
    """A causal model, ids (b, t) → logits (b, t, V): each token is read together with the mean of all up to it.

    embedding: (V, m); head: (V, m). The next token depends on all that came before, and on the last most of all.
    """
    n_vocab = len(embedding)

    def logits(ids: Tensor) -> Tensor:
        if not isinstance(ids, Tensor) or ids.dim() != 2 or 0 in ids.shape or ids.is_floating_point():
            what = f"shape {tuple(ids.shape)} and {ids.dtype}" if isinstance(ids, Tensor) else type(ids).__name__
            raise Refused("Type", f"The model takes ids (b, t), whole numbers; it was called with {what}.", "odd ids")
        if not 0 <= int(ids.min()) <= int(ids.max()) < n_vocab:
            raise Refused("Outputs", f"The model knows tokens 0 to {n_vocab - 1}; it was called with others.")
        x = F.embedding(ids, embedding)  # (b, t, m)
        count = torch.arange(1, ids.shape[1] + 1, device=x.device, dtype=x.dtype)[:, None]
        return torch.tanh(x + x.cumsum(1) / count) @ head.T

    return logits


def decoding(decode: Callable, embedding: Tensor, head: Tensor, *args: Any, **kwargs: Any) -> Any:
    """decode(model, …): what it returns."""
    return decode(language_model(embedding, head), *args, **kwargs)


def beams(search: Callable, embedding: Tensor, head: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """search(model, …): the texts (beam, longest), filled up with −1, and their log-probabilities (beam,)."""
    found = search(language_model(embedding, head), *args, **kwargs)
    if found is None:
        raise Refused("Type", "beam_search returned None. Is a `return` missing?")
    if not isinstance(found, (list, tuple)) or not found:
        raise Refused("Type", f"beam_search should return a list of (ids, log_prob), but returned {_short(found)}.")
    texts, scores = [], []
    for pair in found:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise Refused("Type", f"Each beam should be a pair (ids, log_prob), but one is {_short(pair)}.")
        ids, score = pair
        if not isinstance(ids, Tensor) or ids.dim() != 1 or ids.is_floating_point():
            what = f"a tensor of shape {tuple(ids.shape)}" if isinstance(ids, Tensor) else _short(ids)
            raise Refused("Outputs", f"The ids of a beam should be a tensor (length,) of token ids, but are {what}.")
        if not (isinstance(score, numbers.Real) or (isinstance(score, Tensor) and score.numel() == 1)):
            raise Refused("Type", f"The log_prob of a beam should be a number, but is {_short(score)}.")
        texts.append(ids)
        scores.append(float(score))
    padded = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True, padding_value=NOTHING)
    return padded, torch.tensor(scores, dtype=torch.float64, device=padded.device)


ENOUGH = 30  # tokens that show whether two texts are the same


def sampling(
    draw: Callable, embedding: Tensor, head: Tensor, ids: Tensor, max_length: int, **kwargs: Any
) -> list[Tensor]:
    """draw(model, ids, max_length, …, generator=…), its beginning once more from the same `seed`, and once from another."""
    model, seed = language_model(embedding, head), kwargs.pop("seed")
    texts, begun = [], min(max_length, ids.shape[1] + ENOUGH)
    for length, this in ((max_length, seed), (begun, seed), (begun, seed + 1)):
        generator = torch.Generator(device=ids.device).manual_seed(this)
        texts.append(draw(model, ids.clone(), length, generator=generator, **kwargs))
    return texts


def _short(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:59] + '…'}"
