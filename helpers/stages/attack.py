"""The stages of lab 5: a model whose texts are known beforehand, a judge with a table, and a record of their calls."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from helpers.refused import Refused

# Those of Detoxify's model "original", and the seventh that others of its models have.
LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack", "sexual_explicit")
MOST = 2000  # texts in one call of the student's function: far more than any case needs, far fewer than for ever


def detoxify_scores(largest: Callable, table: Tensor) -> Tensor:
    """Calls largest(scores) with the dict that Detoxify gives.

    table:   (labels, n) scores of a list of n texts, or (labels,) of one text
    returns: (n,) or (): what came back, as numbers
    """
    scores = dict(zip(LABELS, table.tolist(), strict=False))
    if table.dim() > 1:
        return _numbers(largest(scores), "the list of largest scores").to(table.device)
    try:
        found = largest(scores)
    except (TypeError, AttributeError, IndexError) as error:  # each style has its own words for the same mistake
        about = f"For one text each label has a number, not a list, and your function raised {type(error).__name__}."
        raise Refused("Outputs", f"{about} ({error})", same_as="one text raised") from None
    return _numbers(found, "the largest score").to(table.device)


def toxic_attack(
    attack: Callable, drawn: Tensor, table: Tensor, context: str, iterations: int, batch_size: int, threshold: float
) -> tuple[Tensor, ...]:
    """Calls attack(generate, classify, context, iterations, batch_size, threshold).

    drawn:   (texts,) the numbers of the texts that generate gives, in order; a number may come twice
    table:   (numbers, labels) the scores of each
    returns: numbers of the texts that came back (hits,), their scores (hits, labels), and how many texts there were in
             each call of generate (calls,) and of classify (calls,)
    """
    script = _Script(context, drawn, table)
    found = attack(script.generate, script.classify, context, iterations, batch_size, threshold)
    pairs = [script.pair(one) for one in _list(found, "a list of pairs (text, scores)")]
    numbers = torch.tensor([number for number, _ in pairs], dtype=torch.int64, device=table.device)
    scores = torch.tensor([row for _, row in pairs], dtype=table.dtype, device=table.device)
    return numbers, scores.reshape(-1, table.shape[1]), script.sizes("generate"), script.sizes("classify")


def safe_generate(
    guard: Callable, drawn: Tensor, table: Tensor, context: str, threshold: float, max_tries: int
) -> tuple[int, Tensor]:
    """Calls guard(generate, classify, context, threshold, max_tries); `drawn` and `table` as in `toxic_attack`.

    returns: the number of the text that came back, −1 for None, and how many texts there were in each call of generate
    """
    script = _Script(context, drawn, table)
    text = guard(script.generate, script.classify, context, threshold, max_tries)
    return -1 if text is None else script.number(text), script.sizes("generate")


class _Script:
    """The model and the judge of one case. Both refuse, in plain words, what the real ones could not take."""

    def __init__(self, context: str, drawn: Tensor, table: Tensor):
        self.context, self.drawn, self.table = context, drawn.tolist(), table
        self.rows, self.labels = table.tolist(), LABELS[: table.shape[1]]
        self.texts = [f"{context} … ending {number}." for number in range(len(self.rows))]
        self.places = {text: number for number, text in enumerate(self.texts)}
        self.calls: dict[str, list[int]] = {"generate": [], "classify": []}

    def sizes(self, name: str) -> Tensor:
        return torch.tensor(self.calls[name], dtype=torch.int64, device=self.table.device)

    def generate(self, context: str, n: int) -> list[str]:
        """The next n texts of the script; it begins anew at its end."""
        if context != self.context:
            raise Refused("Outputs", "generate should get the context as it was given.", same_as="another context")
        try:
            n = operator.index(n)
        except TypeError:
            raise Refused("Type", f"generate(context, n) takes a whole number n, not {n!r}.", "n not whole") from None
        start = sum(self.calls["generate"])
        if n < 0 or start + n > MOST or len(self.calls["generate"]) > MOST:
            raise Refused("Outputs", f"Your function asks for more than {MOST} texts, or for fewer than none.")
        self.calls["generate"].append(n)
        return [self.texts[self.drawn[i % len(self.drawn)]] for i in range(start, start + n)]

    def classify(self, texts: list[str] | str) -> dict[str, Any]:
        """As Detoxify: label → number for a text, label → list for a list of texts."""
        if isinstance(texts, str):
            self.calls["classify"].append(1)
            return dict(zip(self.labels, self.rows[self.number(texts)], strict=True))
        if not isinstance(texts, (list, tuple)):
            message = f"classify takes a list of texts, or one text, not {_kind(texts)}."
            raise Refused("Type", message, same_as="classify of no text")
        rows = [self.rows[self.number(text)] for text in texts]
        self.calls["classify"].append(len(rows))
        return {label: [row[i] for row in rows] for i, label in enumerate(self.labels)}

    def number(self, text: Any) -> int:
        """Which text of the script this is."""
        if not isinstance(text, str):
            raise Refused("Type", f"There should be a text, but there is {_kind(text)}.")
        if text not in self.places:
            raise Refused("Outputs", f"“{text[:60]}” is no text that generate gave.", same_as="a text nobody gave")
        return self.places[text]

    def pair(self, found: Any) -> tuple[int, list[float]]:
        """The number of a text and its scores in the order of the labels, from a pair (text, scores)."""
        if not isinstance(found, (list, tuple)) or len(found) != 2:
            raise Refused("Outputs", f"Each hit should be a pair (text, scores), but one is {_kind(found)}.")
        text, scores = found
        number = self.number(text)
        if not isinstance(scores, dict):
            raise Refused("Outputs", f"The scores of a text should be a dict label → number, but are {_kind(scores)}.")
        if set(scores) != set(self.labels):
            raise Refused("Outputs", "The scores of a text should have all labels that classify gives, and no other.")
        if any(isinstance(value, (list, tuple)) for value in scores.values()):
            raise Refused("Outputs", "The scores of a text should hold one number for each label, but hold lists.")
        return number, [_number(scores[label], f"the score {label!r}") for label in self.labels]


def _list(value: Any, what: str) -> list[Any]:
    if value is None:
        raise Refused("Type", "The result is None. Is a `return` missing?")
    if not isinstance(value, (list, tuple)):
        raise Refused("Outputs", f"There should be {what}, but there is {_kind(value)}.")
    return list(value)


def _numbers(value: Any, what: str) -> Tensor:
    """A number () or a list of numbers (n,), in float64; tensors and NumPy's arrays are welcome."""
    if isinstance(value, (list, tuple)):
        return torch.tensor([_number(one, what) for one in value], dtype=torch.float64)
    if isinstance(value, Tensor) or type(value).__module__ == "numpy":
        return torch.as_tensor(value).detach().cpu().double()
    return torch.tensor(_number(value, what), dtype=torch.float64)


def _number(value: Any, what: str) -> float:
    if value is None:
        raise Refused("Type", f"{what} is None. Is a `return` missing?")
    try:
        if not isinstance(value, str):
            return float(value)
    except (TypeError, ValueError, RuntimeError):
        pass
    raise Refused("Type", f"{what} should hold numbers, but holds {_kind(value)}.", same_as=f"{what}: no number")


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
