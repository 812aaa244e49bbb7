"""Texts that a decoding method wrote, on cards: the text, how likely the model finds it, how much it repeats itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import torch
from torch import Tensor

from helpers.cards import Card

Texts = Tensor | Sequence[Any]  # ids (t,) or (n, t), or pairs (ids, log-probability) as beam search gives them
LOOK = "border:1px solid rgba(133,139,148,.4);border-radius:6px;padding:8px 14px;margin:6px 0;max-width:860px;line-height:1.5"
FADED = "opacity:.6"


def repeated(ids: Sequence[int], n: int = 4) -> float:
    """The share of a text's n-grams that it has had before, from 0 to 1."""
    grams = [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def log_probability(logits: Callable[[Tensor], Tensor], ids: Tensor, prompt_length: int) -> float:
    """Σ log P of what follows the prompt of ids (t,), in nats."""
    steps = torch.log_softmax(logits(ids[None])[0, :-1].double(), dim=-1).gather(-1, ids[1:, None])
    return float(steps[prompt_length - 1 :].sum())


def texts_card(
    writers: Mapping[str, Callable[[], Texts]], prompt: Tensor, logits: Callable[[Tensor], Tensor], tokenizer: Any
) -> Card:
    """What each writer writes after the prompt, one card for all.

    writers: what wrote it → a function that gives ids, several, or beams; one that fails has a line that says so
    prompt:  (1, t) ids, which every text begins with
    logits:  the model, ids (b, t) → logits (b, t, V)
    """
    html, words = [], []
    for name, write in writers.items():
        try:
            found = _texts(write())
        except NotImplementedError:
            parts = [(f"{name}: not written yet. Finish the exercise above, then run this cell again.", "", "")]
        except Exception as error:  # whatever a half-finished exercise raises: the lesson goes on
            parts = [(f"{name}: it raised {type(error).__name__}. Its check says more.", "", "")]
        else:
            parts = [_part(name, i, len(found), ids, prompt[0], logits, tokenizer) for i, ids in enumerate(found)]
        for head, begun, written in parts:
            start = f'<span style="{FADED}">{escape(begun)}</span>' if begun else ""
            body = f'<div style="white-space:pre-wrap">{start}{escape(written)}</div>' if written or begun else ""
            html.append(f'<div style="{LOOK}"><div style="font-size:90%"><b>{escape(head)}</b></div>{body}</div>')
            words.append(f"{head}\n{begun}{written}".rstrip())
    return Card("".join(html), "\n\n".join(words))


def _part(
    name: str, place: int, count: int, ids: Tensor, prompt: Tensor, logits: Callable[[Tensor], Tensor], tokenizer: Any
) -> tuple[str, str, str]:
    """(headline with figures, the prompt, the continuation) of one text."""
    head = name if count == 1 else f"{name}, {place + 1} of {count}"
    new = len(ids) - len(prompt)
    if not torch.equal(ids[: len(prompt)], prompt):
        return f"{head}: it does not begin with the prompt", "", tokenizer.decode(ids)
    if not new:
        return f"{head}: nothing added", tokenizer.decode(prompt), ""
    total = log_probability(logits, ids, len(prompt))
    figures = f"log P = {total:.1f}, {total / new:.2f} for each of {new} tokens".replace("-", "−")
    figures += f"; {repeated(ids.tolist()):.0%} of 4-grams repeated"
    begun = tokenizer.decode(prompt)
    whole = tokenizer.decode(ids, skip_special_tokens=True)
    # A tokenizer may write the first word differently on its own; then the text is shown in one colour.
    return f"{head}: {figures}", *((begun, whole[len(begun) :]) if whole.startswith(begun) else ("", whole))


def _texts(found: Texts) -> list[Tensor]:
    """Each text's ids (t,), on the CPU."""
    if found is None:
        raise TypeError("it returned None")
    if isinstance(found, Tensor):
        found = found if found.dim() == 2 else found[None]
    return [torch.as_tensor(one[0] if isinstance(one, tuple) else one).cpu() for one in found]
