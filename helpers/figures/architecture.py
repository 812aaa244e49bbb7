"""Drawings of lab 2: the two blocks, and the whole GPT."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.figures.canvas import BLUE, GREEN, ORANGE, picture
from helpers.figures.diagrams import BACK, INK, LINE

STREAM = "#1c2430"
# A layer's box: what it is, and the colour of its frame.
BOXES = {"attention": BLUE, "MLP": GREEN, "norm": ORANGE}
PALE = {BLUE: "#e3eef8", GREEN: "#dff2ec", ORANGE: "#fcefdc", LINE: "#e9edf2"}


def block_diagram(kind: str) -> None:
    """Shows a block from left to right: "post" (the norms sit on the stream) or "pre" (they sit off it).

    ValueError for any other kind.
    """
    if kind not in ("post", "pre"):
        raise ValueError(f'There are a "post" and a "pre" block, but no {kind!r}.')
    parts = _post() if kind == "post" else _pre()
    title = "Post-norm: the Transformer of 2017" if kind == "post" else "Pre-norm: GPT-2"
    foot = (
        "Each norm sits on the stream: nothing passes the block without going through both."
        if kind == "post"
        else "The norms sit off the stream: on the thick line there are only sums."
    )
    words = {
        "post": "x ─┬─ attention ─⊕─ norm1 ─┬─ MLP ─⊕─ norm2 ─ out\n   └─────────────┘          └───────┘",
        "pre": "x ─┬─────────────────────⊕─┬──────────────⊕─ out\n   └─ norm1 ─ attention ─┘ └─ norm2 ─ MLP ─┘",
    }
    _show(740, 230, title, [*parts, _text(24, 212, foot, size=13)], f"{title}\n{words[kind]}\n{foot}")


def _post() -> list[str]:
    """Attention and MLP on the line, residual connections over them, norms on the stream behind each sum."""
    y, parts = 140, []
    parts += [_text(24, y + 5, "x", weight=600), _line((42, y), (716, y), wide=True, arrow=True)]
    for x, layer, norm in ((96, "attention", "norm1"), (416, "MLP", "norm2")):
        parts += [
            _line((x - 22, y), (x - 22, 78), (x + 138, 78), (x + 138, y - 13), wide=True, arrow=True),
            _dot(x - 22, y),
            _box(x, y - 24, 104, 48, layer, BOXES[layer]),
            _sum(x + 138, y),
            _box(x + 172, y - 24, 74, 48, norm, BOXES["norm"]),
            _text(x + 58, 68, "residual connection", size=12, anchor="middle"),
        ]
    return parts


def _pre() -> list[str]:
    """The stream straight on top; below it a norm and a layer that add to it."""
    y, low, parts = 78, 150, []
    parts += [_text(24, y + 5, "x", weight=600), _line((42, y), (716, y), wide=True, arrow=True)]
    parts += [_text(440, y - 14, "the residual stream", size=12)]
    for x, layer, norm in ((72, "attention", "norm1"), (392, "MLP", "norm2")):
        parts += [
            _line((x, y), (x, low), (x + 252, low), (x + 252, y + 13), arrow=True),
            _dot(x, y),
            _box(x + 26, low - 24, 74, 48, norm, BOXES["norm"]),
            _box(x + 124, low - 24, 104, 48, layer, BOXES[layer]),
            _sum(x + 252, y),
        ]
    return parts


def gpt_diagram() -> None:
    """Shows a GPT from token ids to logits, and that its output is tied to its token embeddings."""
    y, low = 92, 172
    parts = [
        _text(24, y - 2, "ids", weight=600),
        _text(24, y + 15, "(b, t)", size=12),
        _line((66, y), (716, y), wide=True, arrow=True),
        _box(82, y - 24, 84, 48, "tokens", LINE),
        _line((204, low - 24), (204, y + 13), arrow=True),
        _box(152, low - 24, 104, 48, "positions", LINE),
        _sum(204, y),
    ]
    for shift in (12, 6, 0):  # several blocks, one behind the other
        parts.append(_box(252 + shift, y - 24 - shift, 124, 48, "" if shift else "PreNormBlock", BLUE))
    parts += [
        _text(320, y + 44, "n_layer times", size=12, anchor="middle"),
        _box(420, y - 24, 66, 48, "norm", ORANGE),
        _box(508, y - 24, 116, 48, "tokens, turned", LINE),
        _text(636, y - 10, "logits", weight=600),
        _text(636, y + 22, "(b, t, V)", size=12),
        _line((124, y + 26), (124, 222), (566, 222), (566, y + 26), dashed=True),
        _text(345, 214, "tied: one and the same matrix (V, d)", size=12, anchor="middle"),
    ]
    words = "ids → tokens ⊕ positions → PreNormBlock × n_layer → norm → tokens (the same matrix, turned) → logits"
    _show(740, 240, "A GPT", parts, words)


def _show(width: int, height: int, title: str, parts: Iterable[str], words: str) -> None:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'style="max-width:100%" role="img" font-family="system-ui,sans-serif" font-size="14" fill="{INK}">'
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="12" markerHeight="12" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z" fill="{STREAM}"/></marker></defs>'
        f'<rect width="{width}" height="{height}" rx="10" fill="{BACK}"/>'
        f"{_text(24, 30, title, size=15, weight=600)}{''.join(parts)}</svg>"
    )
    picture(svg, words)


def _text(x: float, y: float, words: str, size: int = 14, weight: int = 400, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{words}</text>'


def _box(x: float, y: float, width: float, height: float, label: str, color: str, size: int = 14) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="7" fill="{PALE[color]}" stroke="{color}" '
        f'stroke-width="2"/>{_text(x + width / 2, y + height / 2 + 5, label, size=size, anchor="middle")}'
    )


def _line(*points: tuple[float, float], wide: bool = False, arrow: bool = False, dashed: bool = False) -> str:
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    look = ' marker-end="url(#tip)"' if arrow else ""
    look += ' stroke-dasharray="5 4"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{STREAM}" stroke-width="{3 if wide else 1.6}"{look}/>'


def _sum(x: float, y: float) -> str:
    """The sign ⊕, drawn: fonts differ in it."""
    return (
        f'<circle cx="{x}" cy="{y}" r="12" fill="{BACK}" stroke="{STREAM}" stroke-width="2"/>'
        f'<path d="M{x - 6} {y}H{x + 6}M{x} {y - 6}V{y + 6}" stroke="{STREAM}" stroke-width="2"/>'
    )


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x}" cy="{y}" r="4" fill="{STREAM}"/>'
