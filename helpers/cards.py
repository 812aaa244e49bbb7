"""What `check` and `progress` show, as HTML and as plain text.

Notebook front ends strip style sheets and scripts from output, so every style is inline; text takes the theme's own
colour, and tints are translucent, so that a card reads on light and on dark.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

import torch
from torch import Tensor

from helpers.judging import Judgement

GREEN, AMBER, RED, GREY = "46,160,67", "210,140,0", "218,54,51", "130,130,140"
LOOK = {
    "passed": (GREEN, "✓", "right"),
    "failed": (AMBER, "✗", "not yet"),
    "error": (RED, "!", "raised an error"),
    "missing": (GREY, "○", "not written yet"),
    "timeout": (RED, "!", "took too long"),
    "killed": (RED, "!", "ended the process"),
}
WINDOW = 7  # rows and columns of a picture


@dataclass(frozen=True)
class Card:
    """One output in two forms; notebooks choose HTML, terminals text."""

    html: str
    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def show(card: Card) -> None:
    """Displays a card; on a plain terminal it is printed, to stdout (nbgrader gives 0 for a word on stderr)."""
    from IPython import get_ipython

    if get_ipython() is None:
        print(card.text)
    else:
        from IPython.display import display

        display(card._repr_mimebundle_(), raw=True)  # IPython would ask it for eight other forms


def _box(color: str, body: str) -> str:
    return (
        f'<div style="border-left:4px solid rgb({color});background:rgba({color},.10);padding:8px 14px;'
        f'margin:4px 0;border-radius:4px;max-width:860px;line-height:1.5;overflow-x:auto">{body}</div>'
    )


def note(text: str) -> Card:
    """One plain line."""
    return Card(_box(GREY, escape(text)), text)


def number(value: float) -> str:
    """Points without needless zeros: 6, 4.5, 3.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def verdict_card(judgement: Judgement, traceback: bool = False) -> Card:
    """The judgement of one exercise: points, one hint, the first failed case with a picture of the difference."""
    color, sign, word = LOOK[judgement.status]
    if judgement.status == "error" and not judgement.traceback:  # nothing was raised: it is not what was asked for
        color, sign, word = AMBER, "✗", "not as described"
    points = f"{number(judgement.score)} / {number(judgement.points)} points"
    title = f"{sign} {judgement.name}: {word}"
    text, html = [f"{title} ({points})"], []
    html.append(f'<b style="color:rgb({color})">{escape(title)}</b> <span style="opacity:.75">· {points}</span>')
    if judgement.status != "passed":
        text.append(judgement.message)
        html.append(escape(judgement.message))
        if judgement.misconception and judgement.detail:
            text.append(judgement.detail)
        if judgement.detail and judgement.total:
            seen = f"{judgement.passed} of {judgement.total} cases pass. "
            detail = judgement.detail if judgement.misconception else f"First to fail: “{judgement.case}”."
            html.append(f'<span style="opacity:.8">{escape(seen + detail)}</span>')
        if judgement.verdict is not None and judgement.verdict.yours is not None:
            html.append(_pictures(judgement.verdict.yours, judgement.verdict.expected, judgement.verdict.axes))
        if judgement.traceback and traceback:
            text.append(judgement.traceback)
            html.append(f'<pre style="font-size:12px">{escape(judgement.traceback)}</pre>')
        elif judgement.status == "error" and judgement.traceback:
            html.append(
                f'<span style="opacity:.8">For the traceback: <code>check("{judgement.name}", traceback=True)</code></span>'
            )
    return Card(_box(color, "<br>".join(html)), "\n".join(text))


def _pictures(yours: Tensor, expected: Tensor, axes: tuple[str, ...]) -> str:
    """Yours, expected and their difference side by side: the matrix that holds the first difference."""
    wrong = ~torch.isclose(yours, expected, rtol=1e-4, atol=2e-5)
    place = [int(i) for i in wrong.nonzero()[0]]
    lead = tuple(place[:-2])
    pair = [array[lead] if array.dim() > 1 else array[None] for array in (yours, expected)]
    row, column = (place[-2] if len(place) > 1 else 0), place[-1]
    top, left = max(0, row - WINDOW + 1), max(0, column - WINDOW + 1)
    pair = [array[top : top + WINDOW, left : left + WINDOW].tolist() for array in pair]
    gap = [[a - b for a, b in zip(*rows, strict=True)] for rows in zip(*pair, strict=True)]
    named = axes if len(axes) == len(place) else tuple(f"axis {i}" for i in range(len(place)))
    where = ", ".join(f"{axis}={i}" for axis, i in zip(named, lead, strict=False))
    label = f"{named[-2]} ↓, " if len(named) > 1 else ""
    caption = f"{label}{named[-1]} →" + (f" at {where}" if where else "")
    grids = "".join(
        f'<div style="display:inline-block;margin:6px 16px 2px 0;vertical-align:top">'
        f'<div style="opacity:.8;font-size:12px">{title}</div>{_grid(values)}</div>'
        for title, values in zip(("yours", "expected", "difference"), (*pair, gap), strict=True)
    )
    return (
        f'<div style="white-space:nowrap">{grids}</div><span style="opacity:.7;font-size:12px">{escape(caption)}</span>'
    )


def _grid(values: list[list[float]]) -> str:
    """A small table of numbers, blue for negative and orange for positive, with its own text colour."""
    top = max((abs(v) for row in values for v in row if math.isfinite(v)), default=0.0) or 1.0

    def cell(value: float) -> str:
        if not math.isfinite(value):
            back, text = "#3a3a3a", "#fff"
        else:
            share = min(1.0, abs(value) / top)
            far = (214, 96, 20) if value > 0 else (33, 102, 172)
            back = "#" + "".join(f"{round(250 + (c - 250) * share):02x}" for c in far)
            text = "#fff" if share > 0.6 else "#222"
        shown = f"{value:.2f}" if abs(value) < 1000 or not math.isfinite(value) else f"{value:.0e}"
        return (
            f'<td style="background:{back};color:{text};padding:2px 5px;font:11px monospace;'
            f'text-align:right;border:1px solid rgba(128,128,128,.3)">{shown}</td>'
        )

    rows = "".join(f'<tr style="background:none">{"".join(map(cell, row))}</tr>' for row in values)
    return f'<table style="border-collapse:collapse;margin:0">{rows}</table>'


def progress_card(lab: str, rows: list[tuple[str, float, float, str | None]]) -> Card:
    """rows: (exercise, score, points, status or None where it was never checked), in order."""
    score, points = sum(row[1] for row in rows), sum(row[2] for row in rows)
    done = sum(row[3] == "passed" for row in rows)
    following = next((row[0] for row in rows if row[3] != "passed"), None)
    head = f"{lab}: {done} of {len(rows)} exercises done, {number(score)} of {number(points)} points"
    last = f"Next: {following}" if following else "All done. Well earned."
    signs = [LOOK[status][:2] if status in LOOK else (GREY, "·") for *_, status in rows]
    text = [head, *(f"  {s} {r[0]} {number(r[1])}/{number(r[2])}" for (_, s), r in zip(signs, rows, strict=True)), last]
    share = 100 * score / points if points else 0
    bar = (
        f'<div style="background:rgba({GREY},.25);border-radius:4px;height:8px;margin:6px 0">'
        f'<div style="background:rgb({GREEN});border-radius:4px;height:8px;width:{share:.0f}%"></div></div>'
    )
    items = "".join(
        f'<span style="display:inline-block;margin-right:18px;white-space:nowrap"><b style="color:rgb({color})">{sign}</b> '
        f'{escape(row[0])} <span style="opacity:.7">{number(row[1])}/{number(row[2])}</span></span>'
        for (color, sign), row in zip(signs, rows, strict=True)
    )
    html = f"<b>{escape(head)}</b>{bar}{items}<br><span>{escape(last)}</span>"
    return Card(_box(GREEN if following is None else GREY, html), "\n".join(text))
