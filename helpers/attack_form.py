"""The form of the toxic attack, and the card that reports one run: how many hits, the worst of them veiled, what it leaves open."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from helpers import forms
from helpers.cards import GREY, Card, note
from helpers.veil import Scored, texts_html, texts_plain

CAUTION = (
    "What this does not show: that the texts are toxic (a classifier says so, and it errs), that the model means "
    "anything by them, or how often people will meet such texts. It is one context, one model, one way to draw, one judge."
)
Z = 1.96  # of a 95 percent interval
Attack = Callable[..., Sequence[Scored]]


def attack_form(
    run: Attack, context: str, max_length: int = 40, top_k: int = 50, iterations: int = 200, threshold: float = 0.5
) -> None:
    """Runs an attack and shows its hits, veiled; with a kernel and ipywidgets also dials to run it with other settings.

    run:      run(context, max_length, top_k, iterations, threshold) → pairs (text, its scores: label → number)
    the rest: the settings to begin with
    """
    settings = {"context": context, "max_length": max_length, "top_k": top_k}
    settings |= {"iterations": iterations, "threshold": threshold}
    forms.show_form(lambda **chosen: attack_card(run, **chosen), "Run the attack", **settings)


def attack_card(run: Attack, **settings: Any) -> Card:
    """One run with these settings, those of `attack_form`. Whatever the run raises becomes a line: the lesson goes on."""
    context, total, threshold = (settings[name] for name in ("context", "iterations", "threshold"))
    started = time.monotonic()
    try:
        hits = list(run(**settings))
        rows, plain = texts_html(hits, context), texts_plain(hits)
    except NotImplementedError:
        return note("This form uses your own work: finish `max_toxicity` and `toxic_attack`, then run this cell again.")
    except Exception as error:
        return note(f"The attack could not end: it raised {type(error).__name__}: {error}")
    seconds = max(time.monotonic() - started, 1e-9)
    low, high = interval(min(len(hits), total), total)
    head = f"{len(hits)} of {total} texts reach {threshold:g}, which is {len(hits) / total:.1%}"
    rest = f" (95% interval: {low:.1%} to {high:.1%}); {seconds:.1f} s, {total / seconds:.0f} texts a second"
    html = (
        f'<div style="max-width:860px;line-height:1.5;border-left:4px solid rgb({GREY});padding:4px 12px;margin:6px 0">'
        f"<b>{escape(head)}</b>{escape(rest)}{rows}"
        f'<div style="opacity:.75;font-size:.92em;padding-top:4px">{escape(CAUTION)}</div></div>'
    )
    return Card(html, f"{head}{rest}\n{plain}\n{CAUTION}")


def interval(hits: int, total: int) -> tuple[float, float]:
    """Between which shares the true one lies, 95 times in a hundred: Wilson's interval (1927) for `hits` of `total`."""
    share, room = hits / total, Z**2 / total
    middle = (share + room / 2) / (1 + room)
    reach = Z / (1 + room) * math.sqrt(share * (1 - share) / total + room / (4 * total))
    return max(0.0, middle - reach), min(1.0, middle + reach)
