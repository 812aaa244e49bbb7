"""Drawings that are not plots."""

from __future__ import annotations

from helpers.figures.canvas import picture

INK, BACK, LINE = "#1c2430", "#f7f9fc", "#8793a3"
HEADS = ("#2f80c9", "#e07b00", "#169b74", "#b0569b")  # told apart by their numbers too
CELL = 15


def heads_diagram(m: int = 8, heads: int = 4) -> None:
    """Shows one token on its way through wide heads (each m wide) and through narrow ones (m / heads wide).

    ValueError if heads does not divide m, or there are more than four of them.
    """
    if m % heads or heads > len(HEADS):
        raise ValueError(f"The drawing takes up to {len(HEADS)} heads that divide the width; not {heads} and {m}.")
    wide = _panel(20, "Wide heads: SelfAttention", m, m, heads)
    offset = 20 + heads * (m * CELL + 10) + 50
    narrow = _panel(offset, "Narrow heads: GPT", m, m // heads, heads)
    width = offset + max(heads * (m // heads * CELL + 10), 270) + 10
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 300" width="{width}" style="max-width:100%" '
        f'role="img" font-family="system-ui,sans-serif" font-size="13" fill="{INK}">'
        f'<rect width="{width}" height="300" rx="10" fill="{BACK}"/>{wide}{narrow}</svg>'
    )
    picture(
        svg,
        f"Wide heads: {heads} heads of {m} numbers, {heads * m} side by side, merged to {m}.\n"
        f"Narrow heads: {heads} heads of {m // heads} numbers, {m} side by side, projected to {m}.",
    )


def _panel(left: int, title: str, m: int, width: int, heads: int) -> str:
    """One token: its m numbers, the heads' numbers, and the m numbers that come out."""
    span = heads * (width * CELL + 10) - 10
    middle = left + max(span, m * CELL) / 2
    row, start = middle - m * CELL / 2, middle - span / 2
    parts = [
        f'<text x="{left}" y="28" font-weight="600" font-size="15">{title}</text>',
        _cells(row, 50, m, LINE),
        f'<text x="{row + m * CELL + 8}" y="62">{m} in</text>',
    ]
    label = "head " if width * CELL > 44 else ""  # where there is room
    for head in range(heads):
        x = start + head * (width * CELL + 10)
        center = x + width * CELL / 2
        parts += [
            f'<path d="M{middle} {50 + CELL} L{center} 118" stroke="{HEADS[head]}" stroke-width="2" fill="none"/>',
            f'<path d="M{center} {150 + CELL} L{middle} 222" stroke="{HEADS[head]}" stroke-width="2" fill="none"/>',
            f'<text x="{center}" y="137" text-anchor="middle" font-size="12">{label}{head + 1}</text>',
            _cells(x, 146, width, HEADS[head]),
        ]
    parts += [
        _cells(row, 222, m, LINE),
        f'<text x="{row + m * CELL + 8}" y="234">{m} out</text>',
        f'<text x="{left}" y="276">{heads} heads × {width} = {heads * width} numbers, merged to {m}</text>',
    ]
    return "".join(parts)


def _cells(x: float, y: float, count: int, color: str) -> str:
    return "".join(
        f'<rect x="{x + i * CELL}" y="{y}" width="{CELL - 2}" height="{CELL}" rx="2" fill="{color}"/>'
        for i in range(count)
    )
