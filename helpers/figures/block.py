"""Figures of lab 2: what becomes of a signal in a deep stack, positions, and a friendly end for unfinished work."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

from torch import Tensor

from helpers.cards import note, show
from helpers.figures.canvas import BLUE, GREEN, GREY, ORANGE, axis, draw, figure, value_of
from helpers.figures.plots import LEGEND

LOOKS = ((ORANGE, "square", "dash"), (BLUE, "circle", "solid"), (GREEN, "diamond", "dot"))
FLOOR = 1e-20  # a logarithmic axis has no place for zero, to which a gradient may have been rounded
DIVERGING = [[0.0, "#b35806"], [0.25, "#f1a340"], [0.5, "#f2f2f2"], [0.75, "#5ba3d9"], [1.0, "#0b4a86"]]


class your_work:
    """For cells that use what the student has written: `with figures.your_work(): ...`

    Where an exercise is missing or its code fails, the cell ends with one friendly line in place of a traceback.
    """

    def __enter__(self) -> your_work:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        if kind is None or not issubclass(kind, Exception):
            return False  # an interrupt is the student's wish, not a mistake
        if issubclass(kind, NotImplementedError):
            show(note("This cell uses your own work: finish the exercises above, then run it again."))
        elif issubclass(kind, NameError):
            show(note(f"This cell needs what the cells above make ({error}): finish those, then run it again."))
        else:
            show(note(f"This cell could not end: your code raised {kind.__name__}: {error}. Its check may say more."))
        return True


def deep_stack(stacks: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> None:
    """Shows, block by block, how large tokens and gradients are in a deep stack.

    stacks: by name, up to three, the spread of the tokens and the size of the gradient before each block and at the end
    ValueError for more stacks than there are looks.
    """
    if len(stacks) > len(LOOKS):
        raise ValueError(f"There are looks for {len(LOOKS)} stacks, not for {len(stacks)}.")
    data = []
    for (name, panels), (color, symbol, dash) in zip(stacks.items(), LOOKS, strict=False):
        for values, place in zip(panels, ("", "2"), strict=True):
            line = {
                "type": "scatter",
                "mode": "lines+markers",
                "x": list(range(len(values))),
                "y": [max(float(value), FLOOR) if math.isfinite(value) else None for value in values],
                "name": name,
                "legendgroup": name,
                "showlegend": not place,
                "line": {"color": color, "width": 2.5, "dash": dash},
                "marker": {"color": color, "symbol": symbol, "size": 6},
                "hovertemplate": "block %{x}: %{y:.2g}<extra>" + name + "</extra>",
                "xaxis": f"x{place}",
                "yaxis": f"y{place}",
            }
            data.append(line)
    spec = figure(
        data,
        "What a deep stack does to its tokens and to its gradient",
        width=760,
        height=400,
        margin={"l": 70, "r": 20, "t": 100, "b": 56},
        legend=LEGEND | {"y": 1.08},
        xaxis=axis("tokens after so many blocks", domain=[0, 0.43]),
        yaxis=axis("spread of the tokens", **_powers(data[0::2])),
        xaxis2=axis("gradient there", domain=[0.57, 1], anchor="y2"),
        yaxis2=axis("gradient, relative to the last", anchor="x2", **_powers(data[1::2])),
    )
    lines = [
        f"{name}: spread {spread[0]:.2g} → {spread[-1]:.2g}, gradient at the first block {gradient[0]:.2g}"
        for name, (spread, gradient) in stacks.items()
    ]
    draw(spec, "\n".join(lines))


def _powers(traces: Sequence[dict]) -> dict[str, object]:
    """A logarithmic axis with at most seven labels, all of them powers of ten."""
    values = [value for trace in traces for value in trace["y"] if value is not None] or [1.0]
    decades = math.log10(max(values) / min(values))
    return {"type": "log", "exponentformat": "power", "dtick": max(1, math.ceil(decades / 6))}


def positions_heatmap(positions: Tensor | Callable[[], Tensor]) -> None:
    """Shows position vectors (t, m): one row for each place, from −1 (orange) over 0 (light) to 1 (blue)."""
    rows = value_of(positions, "(t, m)")
    if rows is None:
        return
    rounded = [[round(float(value), 2) for value in row] for row in rows]
    spec = figure(
        [
            {
                "type": "heatmap",
                "z": rounded,
                "colorscale": DIVERGING,
                "zmin": -1,
                "zmax": 1,
                "colorbar": {"tickvals": [-1, 0, 1], "outlinewidth": 0, "thickness": 14, "tickfont": {"color": GREY}},
                "hovertemplate": "place %{y}, column %{x}: %{z}<extra></extra>",
            }
        ],
        "Where does a token stand? One row for each place",
        width=640,
        height=470,
        xaxis=axis("column (even: sine, odd: cosine)", showgrid=False),
        yaxis=axis("place p", autorange="reversed", showgrid=False),
    )
    lines = [f"place {p}: " + " ".join(f"{value:5.2f}" for value in row[:8]) for p, row in enumerate(rows[:6])]
    draw(spec, "\n".join(["The first places and columns:", *lines]))
