"""The figures of lab 3: softmax, its temperature, its gradient and its entropy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import Tensor

from helpers.figures.canvas import BLUE, GREEN, GREY, ORANGE, attempt, axis, draw, figure
from helpers.figures.plots import LEGEND, curve, matrix, ticks

PURPLE = "#b0569b"
COLORS = (BLUE, ORANGE, GREEN, PURPLE, GREY)
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
SIGNED = [[0.0, "#2166ac"], [0.5, "#f4f6f8"], [1.0, "#d66014"]]  # blue below zero, orange above
TEMPERATURES = [round(0.01 * 10 ** (i / 8), 4) for i in range(33)]  # 0.01 … 100
MARGIN = {"l": 70, "r": 30, "t": 90, "b": 60}


def shares(scores: Sequence[float], temperature: float) -> list[float]:
    """softmax(z / T) of a list; at T = 0 all for the first largest score."""
    top = max(scores)
    if temperature == 0:
        return [float(i == scores.index(top)) for i in range(len(scores))]
    powers = [math.exp((score - top) / temperature) for score in scores]
    return [power / sum(powers) for power in powers]


def nats(p: Sequence[float]) -> float:
    """The entropy of a list of probabilities."""
    return -sum(share * math.log(share) for share in p if share > 0)


def smooth_maximum(temperatures: Sequence[float] = (0.5, 1.5)) -> None:
    """Shows the maximum of two scores x and 0 beside arg max, each with its smooth forms."""
    x = [i / 10 for i in range(-40, 41)]
    hard = {"x": x, "line": {"color": GREY, "width": 2}, "name": "exact", "legendgroup": "exact"}
    traces = [
        _line(hard | {"y": [max(value, 0.0) for value in x]}, 1),
        _line(hard | {"x": [-4, 0, 0, 4], "y": [0, 0, 1, 1], "showlegend": False}, 2),
    ]
    for t, color, dash in zip(temperatures, (BLUE, ORANGE, GREEN), ("solid", "dash", "dot"), strict=False):
        look = {"x": x, "line": {"color": color, "width": 2.5, "dash": dash}, "name": f"T = {t:g}", "legendgroup": t}
        above = [max(value, 0.0) + t * math.log1p(math.exp(-abs(value) / t)) for value in x]
        traces.append(_line(look | {"y": above}, 1))
        traces.append(_line(look | {"y": [shares([value, 0.0], t)[0] for value in x], "showlegend": False}, 2))
    spec = figure(
        traces,
        "Two scores, x and 0: their maximum, and who has it",
        width=740,
        height=400,
        margin=MARGIN,
        legend=LEGEND,
        xaxis=axis("x", domain=[0, 0.44]),
        yaxis=axis("max, and log-sum-exp"),
        xaxis2=axis("x", domain=[0.58, 1], anchor="y2"),
        yaxis2=axis("share of x: arg max, softmax", anchor="x2"),
    )
    draw(spec, "Left: log-sum-exp runs above max(x, 0). Right: softmax rises smoothly where arg max jumps from 0 to 1.")


def temperature_curves(scores: Sequence[float]) -> None:
    """Shows the shares of a few scores against the temperature."""
    table = [shares(scores, t) for t in TEMPERATURES]
    traces = [
        curve(TEMPERATURES, _short([row[i] for row in table]), _signed("z", score), color, symbol, mode="lines")
        for i, (score, color, symbol) in enumerate(zip(scores, COLORS, SYMBOLS, strict=False))
    ]
    spec = figure(
        traces,
        "Shares of five scores, from cold to hot",
        width=700,
        margin=MARGIN,
        legend=LEGEND,
        xaxis=_logarithmic("temperature T", TEMPERATURES),
        yaxis=axis("share", range=[0, 1.03]),
    )
    lines = [f"T = {t:g}: " + " ".join(f"{p:.2f}" for p in shares(scores, t)) for t in (0.01, 0.1, 1, 10, 100)]
    draw(spec, "\n".join(lines))


def jacobian_heatmaps(jacobian: Callable[[float], Tensor], temperatures: Sequence[float] = (0.15, 1.0, 6.0)) -> None:
    """Shows the matrices jacobian(T), n × n, side by side, on one scale of colours."""
    grids = attempt(lambda: [_square(jacobian(t)) for t in temperatures])
    if grids is None:
        return
    top = max(abs(value) for rows in grids for row in rows for value in row) or 1.0
    look = {"zmin": -top, "zmax": top, "colorscale": SIGNED, "textfont": {"size": 11}}
    look["hovertemplate"] = "share %{y} by score %{x}: %{z:.4f}<extra></extra>"
    labels = [str(i + 1) for i in range(len(grids[0]))]
    _side_by_side(
        grids,
        temperatures,
        labels,
        "Change of share i (row) per change of score j (column)",
        look,
        ("share i", "score j"),
    )


def attention_temperatures(
    weights: Callable[[float], Tensor], tokens: Sequence[str], temperatures: Sequence[float] = (0.05, 1.0, 20.0)
) -> None:
    """Shows attention weights weights(T), t × t, at several temperatures side by side."""
    grids = attempt(lambda: [_square(weights(t), len(tokens)) for t in temperatures])
    if grids is None:
        return
    look = {"zmin": 0, "zmax": 1, "texttemplate": "%{z:.2f}", "textfont": {"size": 11}}
    _side_by_side(grids, temperatures, list(tokens), "Who listens to whom, from cold to hot", look, ("query", "key"))


def gradient_by_temperature(
    measure: Callable[[float, float], float],
    scales: Sequence[float] = (1, 4, 16),
    temperatures: Sequence[float] = (0.03, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10, 30, 100),
) -> None:
    """Shows measure(scale, T), the size of a gradient, against T: a curve for each scale of the scores."""
    table = attempt(lambda: {f"standard deviation {s:g}": [float(measure(s, t)) for t in temperatures] for s in scales})
    if table is not None:
        _decades(table, temperatures, "temperature T", "The gradient of softmax dies at both ends", [-4.2, 0.6])


def gradient_by_width(
    measure: Callable[[int, float], float], widths: Sequence[int] = (1, 4, 16, 64, 256, 1024)
) -> None:
    """Shows measure(d, T), the size of the gradient that reaches a query, against the width d, for T = 1, √d and d."""
    rules: dict[str, Callable[[int], float]] = {"T = 1": lambda d: 1.0, "T = √d": math.sqrt, "T = d": float}
    table = attempt(lambda: {name: [float(measure(d, rule(d))) for d in widths] for name, rule in rules.items()})
    if table is not None:
        _decades(table, widths, "width d", "What reaches a query, by the width of queries and keys", [-4.2, 0.6])


def entropy_curves(sets: Mapping[str, Tensor]) -> None:
    """Shows the entropy of softmax(z / T) against T, for several named sets of scores."""
    temperatures = [t for t in TEMPERATURES if t >= 0.019]
    curves = {name: _short([nats(shares(z.tolist(), t)) for t in temperatures]) for name, z in sets.items()}
    traces = [
        curve(
            temperatures, values, name, color, "circle", mode="lines", line={"color": color, "width": 2.5, "dash": dash}
        )
        for (name, values), color, dash in zip(curves.items(), COLORS, ("solid", "dash", "dot"), strict=False)
    ]
    spec = figure(
        traces,
        "Entropy only rises with the temperature",
        width=700,
        margin=MARGIN,
        legend=LEGEND,
        xaxis=_logarithmic("temperature T", temperatures),
        yaxis=axis("entropy, in nats", rangemode="tozero"),
    )
    draw(spec, "\n".join(f"{name}: from {v[0]:.2f} to {v[-1]:.2f} nats" for name, v in curves.items()))


def equal_entropy(find: Callable[[Tensor], float], sets: Mapping[str, Tensor]) -> None:
    """Shows softmax(z / find(z)) for several named sets of scores, the shares in falling order."""
    found = attempt(lambda: [_positive(find(z)) for z in sets.values()])
    if found is None:
        return
    traces, layout, lines = [], {}, []
    for n, ((name, z), t) in enumerate(zip(sets.items(), found, strict=True)):
        p = sorted(shares(z.tolist(), t), reverse=True)
        lines.append(f"{name}: T = {t:.3g}, {math.exp(nats(p)):.2f} effective choices")
        places = list(range(1, len(p) + 1))
        color = COLORS[n % len(COLORS)]
        traces.append({"type": "bar", "x": places, "y": _short(p), "marker": {"color": color}, **_on(n + 1)})
        key = str(n + 1) if n else ""
        layout[f"xaxis{key}"] = axis(f"{name}<br>T = {t:.3g}", domain=_domain(n, len(found)), dtick=3, showgrid=False)
        layout[f"yaxis{key}"] = axis("" if n else "share", range=[0, 1])
        if n:
            layout[f"xaxis{key}"]["anchor"], layout[f"yaxis{key}"]["anchor"] = f"y{key}", f"x{key}"
    title = "Three temperatures, the same number of effective choices"
    spec = figure(traces, title, width=740, height=340, showlegend=False, margin=MARGIN | {"t": 60, "b": 80}, **layout)
    draw(spec, "\n".join(lines))


def drawn_words(words: Sequence[str], counts: Mapping[float, Tensor]) -> None:
    """Shows how often each word was drawn, a group of bars for each word: counts is temperature → (V,) counts."""
    traces = [
        {"type": "bar", "name": f"T = {t:g}", "x": list(words), "y": drawn.tolist(), "marker": {"color": color}}
        for (t, drawn), color in zip(counts.items(), COLORS, strict=False)
    ]
    spec = figure(
        traces,
        "Words drawn after “The cat fell asleep on the …”",
        width=740,
        margin=MARGIN,
        legend=LEGEND,
        xaxis=axis("", showgrid=False),
        yaxis=axis("times drawn, of 1000"),
    )
    draw(spec, "\n".join(f"T = {t:g}: {dict(zip(words, n.tolist(), strict=True))}" for t, n in counts.items()))


def _square(found: Tensor, size: int | None = None) -> list[list[float]]:
    """The rows of a square matrix. ValueError for anything else, and for numbers that cannot be drawn."""
    if found.dim() != 2 or found.shape[0] != found.shape[1] or size not in (None, len(found)):
        raise ValueError(f"there should be a square matrix, but the shape is {tuple(found.shape)}")
    if not found.isfinite().all():
        raise ValueError("NaN and ∞ cannot be drawn")
    return found.tolist()


def _positive(found: Any) -> float:
    value = float(found)
    if not 0 < value < math.inf:
        raise ValueError("a temperature is a positive number")
    return value


def _signed(name: str, value: float) -> str:
    return f"{name} = {value:g}".replace("-", "−")


def _short(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]


def _on(place: int) -> dict[str, str]:
    """The axes of the panel at this place, counted from 1."""
    return {} if place == 1 else {"xaxis": f"x{place}", "yaxis": f"y{place}"}


def _line(trace: dict[str, Any], place: int) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", **trace, "y": _short(trace["y"]), **_on(place)}


def _domain(place: int, count: int, gap: float = 0.07) -> list[float]:
    width = (1 - gap * (count - 1)) / count
    return [place * (width + gap), place * (width + gap) + width]


def _logarithmic(title: str, values: Sequence[float]) -> dict[str, Any]:
    """A logarithmic axis with a tick at each power of ten (and of four, for widths), written out."""
    low, high = math.log10(min(values)), math.log10(max(values))
    marks = [10**n for n in range(math.ceil(low - 0.01), math.floor(high + 0.01) + 1)]
    return axis(title, type="log", range=[low - 0.03, high + 0.03], tickvals=marks, ticktext=[f"{m:g}" for m in marks])


def _decades(table: dict[str, list[float]], x: Sequence[float], title: str, head: str, reach: list[float]) -> None:
    """Curves on two logarithmic axes. A gradient that is exactly zero has no place there and ends its curve."""
    traces = []
    for (name, values), color, symbol in zip(table.items(), COLORS, SYMBOLS, strict=False):
        trace = curve(x, values, name, color, symbol)
        traces.append(trace | {"y": [float(f"{v:.4g}") if 0 < v < math.inf else None for v in trace["y"]]})
    across = _logarithmic(title, x)
    if title.startswith("width"):
        across |= {"tickvals": list(x), "ticktext": [str(value) for value in x]}
    marks = [10.0**n for n in range(math.ceil(reach[0]), math.floor(reach[1]) + 1)]
    down = axis("size of the gradient", type="log", range=reach, tickvals=marks, ticktext=[f"{m:g}" for m in marks])
    spec = figure(traces, head, width=700, margin=MARGIN | {"l": 80}, legend=LEGEND, xaxis=across, yaxis=down)
    draw(spec, "\n".join(f"{name}: " + " ".join(f"{v:.1e}" for v in values) for name, values in table.items()))


def _side_by_side(
    grids: Sequence[list[list[float]]],
    temperatures: Sequence[float],
    labels: list[str],
    title: str,
    look: dict[str, Any],
    names: tuple[str, str],
) -> None:
    """One square heatmap for each temperature."""
    traces, layout, heads = [], {}, []
    for n, (rows, t) in enumerate(zip(grids, temperatures, strict=True)):
        key, domain = (str(n + 1) if n else ""), _domain(n, len(grids), 0.05)
        traces.append(matrix(rows, labels, labels, **look, **_on(n + 1)))
        layout[f"xaxis{key}"] = ticks(f"{names[1]}", labels, domain=domain)
        layout[f"yaxis{key}"] = ticks("" if n else names[0], labels, autorange="reversed")
        if n:
            layout[f"xaxis{key}"]["anchor"], layout[f"yaxis{key}"]["anchor"] = f"y{key}", f"x{key}"
        place = {"x": sum(domain) / 2, "y": 1.02, "xref": "paper", "yref": "paper"}
        place |= {"xanchor": "center", "yanchor": "bottom", "showarrow": False}
        heads.append({"text": f"T = {t:g}", **place})
    margin = {"l": 60, "r": 20, "t": 84, "b": 60}
    spec = figure(traces, title, width=760, height=360, margin=margin, annotations=heads, **layout)
    lines = [
        f"T = {t:g}\n" + "\n".join(" ".join(f"{v:.2f}" for v in r) for r in g)
        for g, t in zip(grids, temperatures, strict=True)
    ]
    draw(spec, "\n".join(lines))
