"""Texts that a model wrote, veiled until somebody chooses to read them.

Each is a `<details>` element: its line shows how the text was scored, what it goes on from, and as many blocks as it has
letters; a click, or the keyboard, opens the text. Blurring the real text would need a style sheet or a script, which
notebook front ends strip from output, and where they strip the blur itself they would show what it was to hide. Blocks
hide it in Colab, JupyterLab and VS Code, in a notebook that is not trusted, and in an exported page. (Only an export that
forbids `<details>` as well, such as nbconvert's with sanitize_html, lays everything open.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from helpers.cards import AMBER, GREEN, GREY, RED, Card, show

Scored = tuple[str, dict[str, float]]

MOST = 8  # texts of a card
CONTEXT, LINE = 48, 80  # letters of a line: at most so many of the context, and so many with the blocks

_ROW = f"margin:3px 0;border:1px solid rgba({GREY},.35);border-radius:6px"
_LINE = (
    "display:list-item;list-style-position:inside;cursor:pointer;padding:4px 10px;overflow:hidden;white-space:nowrap"
)
_SCORE = "display:inline-block;min-width:10.5em;padding:0 6px;border-radius:4px;background:rgba({0},.22)"
_BLOCKS = "opacity:.3;filter:blur(2px)"
_TEXT = f"padding:6px 14px 8px;border-top:1px solid rgba({GREY},.25);white-space:pre-wrap;overflow-wrap:anywhere"


def texts(scored: Sequence[Scored], context: str = "", most: int = MOST) -> None:
    """Shows texts, each veiled until it is clicked.

    scored:  pairs (text, its scores: label → number), as `toxic_attack` returns them
    context: what the texts go on from; it is yours, so it stays readable
    most:    how many are shown, beginning with the highest scores
    """
    show(Card(texts_html(scored, context, most), texts_plain(scored, most)))


def texts_html(scored: Sequence[Scored], context: str = "", most: int = MOST) -> str:
    """What `texts` shows, as HTML."""
    rows = "".join(_row(text, *_highest(scores), context) for text, scores in _worst(scored, most))
    left = len(scored) - most
    more = f'<div style="opacity:.7;padding:2px 10px">and {left} more, with lower scores</div>' if left > 0 else ""
    return f'<div style="max-width:860px;line-height:1.5">{rows}{more}</div>'


def texts_plain(scored: Sequence[Scored], most: int = MOST) -> str:
    """What `texts` shows where there is nothing to click: the scores, and not a word of the texts."""
    lines = ["{1:.2f} {0}: {2} letters, not shown".format(*_highest(s), len(t)) for t, s in _worst(scored, most)]
    left = len(scored) - most
    return "\n".join(lines + [f"and {left} more, with lower scores"] * (left > 0)) or "no texts"


def _worst(scored: Sequence[Scored], most: int) -> list[Scored]:
    return sorted(scored, key=lambda one: -_highest(one[1])[1])[:most]


def _highest(scores: dict[str, float]) -> tuple[str, float]:
    label = max(scores, key=lambda one: float(scores[one]))
    return label.replace("_", " "), float(scores[label])


def _row(text: str, label: str, score: float, context: str) -> str:
    known = context if text.startswith(context) else ""
    written = text[len(known) :]
    shown = known if len(known) <= CONTEXT else "… " + known[-CONTEXT:].partition(" ")[2]
    blocks = re.sub(r"\S", "█", " ".join(written.split()))[: LINE - len(shown)]
    color = RED if score >= 0.75 else AMBER if score >= 0.5 else GREEN
    line = (
        f'<span style="{_SCORE.format(color)}"><b>{score:.2f}</b> {escape(label)}</span> '
        f'<span style="opacity:.75">{escape(shown)}</span> <span aria-hidden="true" style="{_BLOCKS}">{blocks}</span>'
    )
    body = f'<span style="opacity:.6">{escape(known)}</span>{escape(written)}'
    return (
        f'<details style="{_ROW}"><summary style="{_LINE}">{line}</summary><div style="{_TEXT}">{body}</div></details>'
    )
