"""Curves and matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from helpers.figures.canvas import BLUE, GREEN, GREY, ORANGE, SHADES, attempt, axis, draw, figure, value_of

Matrix = Tensor | Sequence[Sequence[float]]


def matrix(rows: Sequence[Sequence[float]], across: list[str], down: list[str], **more: Any) -> dict[str, Any]:
    """A heatmap whose cells carry their numbers, row 0 on top."""
    whole = all(float(value).is_integer() for row in rows for value in row)
    return {
        "type": "heatmap",
        "z": [[float(value) for value in row] for row in rows],
        "x": list(range(len(across))),
        "y": list(range(len(down))),
        "colorscale": SHADES,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "texttemplate": "%{z:.0f}" if whole else "%{z:.2f}",
        "hovertemplate": "row %{y}, column %{x}: %{z}<extra></extra>",
    } | more


def ticks(title: str, labels: list[str], **more: Any) -> dict[str, Any]:
    """An axis with one label per cell: places, not names, so that a token may come twice."""
    gap = {"ticks": "outside", "ticklen": 5, "tickcolor": "rgba(0,0,0,0)"}  # keeps the labels off the cells
    places = list(range(len(labels)))
    look = axis(title, tickvals=places, ticktext=labels, showgrid=False, showline=False, tickfont={"size": 14}, **gap)
    return look | more


def attention_heatmap(
    w: Matrix | Callable[[], Matrix],
    tokens: Sequence[str] | None = None,
    title: str = "Who listens to whom",
    keys: Sequence[str] | None = None,
) -> None:
    """Shows weights w (t, s): row i is a query, column j what it listens to.

    tokens: t labels; keys: s labels, by default the tokens. ValueError if w is not a matrix or labels do not fit.
    """
    rows = value_of(w, "(t, s)")
    if rows is None:
        return
    down = [str(i) for i in range(len(rows))] if tokens is None else list(tokens)
    across = list(keys) if keys is not None else down if tokens else [str(j) for j in range(len(rows[0]))]
    if (len(down), len(across)) != (len(rows), len(rows[0])):
        raise ValueError(f"{len(down)} × {len(across)} labels do not fit weights of {len(rows)} × {len(rows[0])}.")
    side = 46 if max(len(rows), len(rows[0])) <= 9 else 34
    spec = figure(
        [matrix(rows, across, down, zmin=0)],
        title,
        width=min(760, 190 + side * len(across) + 40),
        height=130 + side * len(down),
        xaxis=ticks("key j", across, side="bottom"),
        yaxis=ticks("query i", down, autorange="reversed"),
    )
    lines = [f"{label}: " + " ".join(f"{value:.2f}" for value in row) for label, row in zip(down, rows, strict=True)]
    draw(spec, "\n".join([title, *lines]))


def masks(mask: Matrix | Callable[[], Matrix], tokens: Sequence[str]) -> None:
    """Shows a mask (t, t) of bools beside full attention: dark cells may be attended to."""
    rows = value_of(mask, "(t, t)")
    if rows is None:
        return
    labels, t = list(tokens), len(tokens)
    if [len(row) for row in rows] != [t] * t:
        raise ValueError(f"A mask for {t} tokens should be {t} × {t}, but has {len(rows)} rows of {len(rows[0])}.")
    pair = [[[1.0] * t for _ in labels], [[float(value) for value in row] for row in rows]]
    plain = {"zmin": 0, "zmax": 1, "texttemplate": "", "hovertemplate": "query %{y}, key %{x}<extra></extra>"}
    heads = [
        {
            "text": text,
            "x": x,
            "y": 1.02,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "center",
            "yanchor": "bottom",
            "showarrow": False,
        }
        for text, x in (("without a mask", 0.22), ("with your mask", 0.78))
    ]
    spec = figure(
        [
            matrix(rows, labels, labels, xaxis=f"x{n}", yaxis=f"y{n}", **plain)
            for n, rows in zip(("", "2"), pair, strict=True)
        ],
        "May query i (row) attend to key j (column)? Dark: yes",
        width=720,
        height=140 + 40 * t,
        margin={"l": 60, "r": 20, "t": 84, "b": 60},
        xaxis=ticks("key j", labels, domain=[0, 0.44]),
        yaxis=ticks("query i", labels, autorange="reversed"),
        xaxis2=ticks("key j", labels, domain=[0.56, 1], anchor="y2"),
        yaxis2=ticks("", labels, autorange="reversed", anchor="x2"),
        annotations=heads,
    )
    draw(spec, "\n".join("".join("■" if value else "·" for value in row) for row in pair[1]))


def curve(x: Sequence[float], y: Sequence[float], name: str, color: str, symbol: str, **more: Any) -> dict[str, Any]:
    """Points joined by a line; the symbol tells curves apart where colour does not."""
    marker = {"color": color, "symbol": symbol, "size": 9}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [float(value) for value in x],
        "y": [float(value) for value in y],
        "name": name,
        "line": {"color": color, "width": 2.5},
        "marker": marker,
    } | more


LEGEND = {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "font": {"color": GREY}}


def softmax_gradient(scales: Sequence[float], largest: Sequence[float], gradient: Sequence[float]) -> None:
    """Shows, against the standard deviation of the scores, softmax's largest weight and its mean gradient."""
    top = 1.25 * max(gradient)
    spec = figure(
        [
            curve(scales, largest, "largest weight", ORANGE, "square"),
            curve(scales, gradient, "size of the gradient", BLUE, "circle", yaxis="y2"),
        ],
        "Large scores: softmax picks one, and stops learning",
        width=700,
        height=400,
        margin={"l": 70, "r": 80, "t": 90, "b": 60},
        legend=LEGEND,
        xaxis=axis(
            "standard deviation of the scores", type="log", tickvals=list(scales), ticktext=[f"{s:g}" for s in scales]
        ),
        yaxis=axis("largest weight", range=[0, 1.05], color=ORANGE),
        yaxis2=axis(
            "size of the gradient",
            overlaying="y",
            side="right",
            range=[0, top],
            tickmode="linear",  # else plotly puts these ticks on the other axis's lines, at odd numbers
            dtick=0.1,
            color=BLUE,
            showgrid=False,
        ),
    )
    lines = [
        f"scale {s:g}: largest weight {w:.2f}, gradient {g:.4f}"
        for s, w, g in zip(scales, largest, gradient, strict=True)
    ]
    draw(spec, "\n".join(lines))


def variance_experiment(widths: Sequence[int], plain: Sequence[float], divided: Sequence[float]) -> None:
    """Shows the measured variance of q·k against the width d, as it is and after division by √d."""
    spec = figure(
        [
            curve(widths, plain, "q·k", ORANGE, "square"),
            curve(widths, divided, "q·k / √d", GREEN, "circle"),
        ],
        "Variance of a dot product, measured",
        width=640,
        height=400,
        margin={"l": 70, "r": 30, "t": 90, "b": 60},
        legend=LEGEND,
        xaxis=axis("width d", type="log", tickvals=list(widths), ticktext=[str(d) for d in widths]),
        yaxis=axis("variance", type="log", dtick=1),
    )
    lines = [f"d={d}: {a:.1f}, divided by √d: {b:.2f}" for d, a, b in zip(widths, plain, divided, strict=True)]
    draw(spec, "\n".join(lines))


def parameter_counts(count: Callable[..., int]) -> None:
    """Shows what `count(n_layer, d_model, n_vocab, n_ctx)` says of the published models, as bars."""
    models = {
        "GPT-2": (12, 768, 50257, 1024),
        "GPT-2 medium": (24, 1024, 50257, 1024),
        "GPT-2 large": (36, 1280, 50257, 1024),
        "GPT-2 XL": (48, 1600, 50257, 1024),
        "GPT-3": (96, 12288, 50257, 2048),
    }
    counts = attempt(lambda: [count(*sizes) for sizes in models.values()])
    if counts is None or None in counts:
        return
    bars = {
        "type": "bar",
        "x": list(models),
        "y": [float(number) for number in counts],
        "text": [f"{number:,.0f}" for number in counts],
        "textposition": "outside",
        "textfont": {"color": GREY, "size": 12},
        "cliponaxis": False,
        "marker": {"color": BLUE},
    }
    spec = figure(
        [bars],
        "Parameters, by your formula",
        width=720,
        height=400,
        margin={"l": 80, "r": 30, "t": 80, "b": 50},
        xaxis=axis("", showgrid=False),
        yaxis=axis("parameters (each line is ×10)", type="log", range=[7, 12], dtick=1),
    )
    draw(spec, "\n".join(f"{name}: {number:,}" for name, number in zip(models, counts, strict=True)))
