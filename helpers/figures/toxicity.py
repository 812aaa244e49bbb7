"""The figures of lab 5: how often, how bad, and how well it is judged. Each says under it what it does not show."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from helpers.figures.canvas import BLUE, GREEN, GREY, ORANGE, attempt, axis, draw, figure
from helpers.figures.plots import LEGEND, curve

PURPLE = "#b0569b"
COLORS = (BLUE, ORANGE, GREEN, PURPLE, GREY)
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
BINS = 20
GRID_OF_THRESHOLDS = torch.linspace(0, 1, 101)
LINE = 16  # pixels from one line of the words under a figure to the next

Metrics = Callable[[Tensor, float], tuple[float, float]]
Curve = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def at_least_one(chances: Sequence[float] = (0.01, 0.0001, 0.000001)) -> None:
    """Shows the probability that at least one of N independent texts is toxic, for chances per text."""
    counts = [round(10 ** (i / 8), 3) for i in range(57)]  # 1 … 10 million
    table = {chance: [-math.expm1(n * math.log1p(-chance)) for n in counts] for chance in chances}
    traces = [
        curve(
            counts,
            [round(value, 5) for value in values],
            f"one text in {1 / chance:,.0f}",
            color,
            "circle",
            mode="lines",
            line={"color": color, "width": 2.5, "dash": dash},
        )
        for (chance, values), color, dash in zip(table.items(), COLORS, DASHES, strict=False)
    ]
    marks = [10**i for i in range(8)]
    names = ["1", "10", "100", "1,000", "10,000", "100,000", "1 million", "10 million"]
    _show(
        traces,
        "A toxic text among N, by how rare toxic texts are",
        f"Drawn from the formula 1 − (1 − p)<sup>N</sup>. {_not('what p is for any model, and who gets the text to see.')}",
        [f"p = {p:g}: half likely after {math.log(0.5) / math.log1p(-p):,.0f} texts" for p in chances],
        xaxis=axis("number of texts N", type="log", tickvals=marks, ticktext=names),
        yaxis=axis("at least one is toxic", range=[0, 1.03], tickformat=".0%"),
    )


def score_histogram(largest: Sequence[float], threshold: float) -> None:
    """Shows how the largest scores of many texts are spread; those that reach the threshold stand out."""
    values = [float(value) for value in largest]
    counts = [0] * BINS
    for value in values:
        counts[min(int(value * BINS), BINS - 1)] += 1
    middles = [(i + 0.5) / BINS for i in range(BINS)]
    reached = sum(value >= threshold for value in values)
    bars = {
        "type": "bar",
        "x": middles,
        "y": [count or None for count in counts],
        "width": 0.92 / BINS,
        "marker": {"color": [ORANGE if (i + 1) / BINS > threshold else BLUE for i in range(BINS)]},
        "hovertemplate": "around %{x:.3f}: %{y} texts<extra></extra>",
    }
    most = math.ceil(math.log10(max(counts) + 1))
    _show(
        [bars],
        f"Largest score of {len(values)} texts: {reached} reach {threshold:g}",
        f"Each line upwards is ten times as many texts. {_not('what a reader would say: these are one classifier’s opinions of one model’s texts, from one context.')}",
        [f"{i / BINS:.2f} to {(i + 1) / BINS:.2f}: {count}" for i, count in enumerate(counts) if count],
        legend=False,
        shapes=[_rule(threshold)],
        xaxis=axis("largest score of a text", range=[0, 1], dtick=0.1, showgrid=False),
        yaxis=axis("texts", type="log", range=[-0.3, most], tickvals=[10**i for i in range(most + 1)]),
    )


def more_samples(metrics: Metrics, groups: Mapping[str, Tensor], threshold: float) -> None:
    """Shows both metrics against k, the number of samples per prompt, for groups of prompts.

    metrics: (prompts, samples) scores and a threshold → expected maximum, toxicity probability
    groups:  by name, (prompts, samples) scores; for k the samples are dealt out in groups of k, as if each were a prompt
    """

    def table() -> dict[str, list[tuple[int, float, float]]]:
        if not groups:
            raise NotImplementedError  # nothing was measured: an exercise above is not written yet
        rows = {}
        for name, scores in groups.items():
            n = scores.shape[1]
            sizes = [k for k in range(1, n + 1) if n % k == 0]
            found = [metrics(scores.reshape(-1, k), threshold) for k in sizes]
            rows[name] = [(k, float(first), float(second)) for k, (first, second) in zip(sizes, found, strict=True)]
        return rows

    rows = attempt(table)
    if rows is None:
        return
    traces, lines = [], []
    for (name, points), color, symbol in zip(rows.items(), COLORS, SYMBOLS, strict=False):
        sizes = [k for k, *_ in points]
        for place, values in enumerate(zip(*(point[1:] for point in points), strict=True)):
            look = {"legendgroup": name, "showlegend": not place} | ({"xaxis": "x2", "yaxis": "y2"} if place else {})
            traces.append(curve(sizes, [round(v, 4) for v in values], name, color, symbol, **look))
        lines.append(f"{name}: " + ", ".join(f"k = {k}: {a:.2f}, {b:.2f}" for k, a, b in points))
    across = axis("samples k per prompt", type="log", tickvals=sizes, ticktext=[str(k) for k in sizes])
    _show(
        traces,
        "The more one draws, the worse the worst",
        _not("the typical text: a maximum over many samples says what can happen, not what mostly happens."),
        lines,
        xaxis=across | {"domain": [0, 0.44]},
        yaxis=axis("expected maximum toxicity", range=[0, 1.03]),
        xaxis2=across | {"domain": [0.57, 1], "anchor": "y2"},
        yaxis2=axis("toxicity probability", range=[0, 1.03], anchor="x2"),
    )


def threshold_curves(measure: Curve, scores: Tensor, labels: Tensor) -> None:
    """Shows precision and recall, as `measure(scores, labels, thresholds)` gives them, against the threshold."""

    def pair() -> list[list[float]]:
        found = [torch.as_tensor(one).flatten().tolist() for one in measure(scores, labels, GRID_OF_THRESHOLDS)]
        if [len(one) for one in found] != [len(GRID_OF_THRESHOLDS)] * 2:
            raise ValueError("there should be a precision and a recall for each threshold")
        return found

    curves = attempt(pair)
    if curves is None:
        return
    names, x = ("precision", "recall"), GRID_OF_THRESHOLDS.tolist()
    traces = [
        curve(
            [round(t, 2) for t in x],
            [round(value, 4) for value in values],
            name,
            color,
            "circle",
            mode="lines",
            line={"color": color, "width": 2.5, "dash": dash},
        )
        for name, values, color, dash in zip(names, curves, (BLUE, ORANGE), DASHES, strict=False)
    ]
    _show(
        traces,
        f"Where to draw the line: {len(scores)} sentences, {int(labels.sum())} of them labelled toxic",
        _not("these numbers for other texts: other sentences, other labels, other curves."),
        [
            f"threshold {t:.2f}: precision {curves[0][i]:.2f}, recall {curves[1][i]:.2f}"
            for i, t in enumerate(x)
            if i % 25 == 0
        ],
        xaxis=axis("threshold", range=[0, 1], dtick=0.1),
        yaxis=axis("share", range=[0, 1.03]),
    )


def base_rates(recall: float, false_alarms: float, measured: float) -> None:
    """Shows the precision of one and the same judge against the share of toxic texts among all that it reads.

    recall:       share of toxic texts that are flagged
    false_alarms: share of harmless texts that are flagged
    measured:     share of toxic texts in the list on which both were measured
    """
    rates = [10 ** (-i / 12) for i in range(61)][::-1]  # one in 100,000 … all

    def precision(rate: float) -> float:
        flagged = rate * recall + (1 - rate) * false_alarms
        return rate * recall / flagged if flagged else 1.0

    here = {"x": [measured], "y": [precision(measured)], "name": "in our list"}
    traces = [
        curve(rates, [round(precision(r), 5) for r in rates], "by Bayes’ rule", BLUE, "circle", mode="lines"),
        {"type": "scatter", "mode": "markers", "marker": {"color": ORANGE, "size": 12, "symbol": "square"}} | here,
    ]
    marks = [10.0**-i for i in range(5, -1, -1)]
    names = ["1 in 100,000", "1 in 10,000", "1 in 1,000", "1 in 100", "1 in 10", "all"]
    _show(
        traces,
        "Who is flagged rightly? It depends on how rare the toxic ones are",
        _not("that the judge errs as rarely on other texts as on our list. Mostly it errs more often."),
        [f"{name}: precision {precision(rate):.3f}" for name, rate in zip(names, marks, strict=True)],
        xaxis=axis("share of toxic texts among all", type="log", tickvals=marks, ticktext=names),
        yaxis=axis("precision", range=[0, 1.03]),
    )


def score_bars(scores: Mapping[str, float], title: str, threshold: float = 0.5) -> None:
    """Shows one bar for each sentence, as long as its score; those that reach the threshold stand out."""
    names, values = list(scores), [float(value) for value in scores.values()]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [round(value, 4) for value in values],
        "y": list(range(len(names))),
        "text": [f"{value:.2f}" for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"color": GREY, "size": 12},
        "marker": {"color": [ORANGE if value >= threshold else BLUE for value in values]},
        "hovertemplate": "%{x:.3f}<extra></extra>",
    }
    _show(
        [bars],
        title,
        _not("a reason. A classifier has none; it has seen words in company."),
        [f"{name}: {value:.2f}" for name, value in scores.items()],
        legend=False,
        height=170 + 26 * len(names),
        shapes=[_rule(threshold)],
        xaxis=axis("largest score", range=[0, 1.08], tickvals=[0, 0.25, 0.5, 0.75, 1]),
        yaxis=axis("", tickvals=list(range(len(names))), ticktext=names, autorange="reversed", showgrid=False),
    )


def tries(counts: Sequence[int], acceptance: float) -> None:
    """Shows how many tries a guard needed, beside the geometric distribution of this acceptance rate."""
    most = max(counts)
    places = list(range(1, most + 1))
    seen = [sum(count == place for count in counts) for place in places]
    expected = [len(counts) * acceptance * (1 - acceptance) ** (place - 1) for place in places]
    bars = {"type": "bar", "x": places, "y": seen, "name": "measured", "marker": {"color": BLUE}}
    rule = curve(places, [round(value, 2) for value in expected], "a·(1 − a)ⁿ⁻¹", ORANGE, "square")
    _show(
        [bars, rule],
        f"Tries until a text passes; acceptance rate a = {acceptance:.2f}",
        _not("whether what passed is harmless. It only is what the classifier did not flag."),
        [f"{place}: {a} measured, {b:.1f} expected" for place, a, b in zip(places, seen, expected, strict=True)],
        xaxis=axis("tries n", dtick=1 if most < 15 else 5, showgrid=False),
        yaxis=axis("texts", rangemode="tozero"),
    )


def _not(what: str) -> str:
    return f"<b>Not shown:</b> {what}"


def _rule(threshold: float) -> dict[str, Any]:
    """A line at the threshold, from bottom to top."""
    line = {"color": GREY, "width": 1.5, "dash": "dash"}
    return {
        "type": "line",
        "x0": threshold,
        "x1": threshold,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": line,
        "layer": "below",
    }


def _wrapped(words: str, width: int = 104) -> list[str]:
    """The words in lines of about this many characters; a tag stays whole, as it holds no space."""
    lines = [""]
    for word in words.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _show(
    data: list[dict[str, Any]],
    title: str,
    under: str,
    lines: Sequence[str],
    legend: bool = True,
    height: int = 400,
    **layout: Any,
) -> None:
    """Draws a figure with words under it, which a reader who cannot see it gets too, after the numbers in `lines`."""
    words = _wrapped(under)
    below = 64 + LINE * len(words)
    place = {"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "y": 0, "yanchor": "bottom"}
    note = place | {"yshift": -below + 6, "text": "<br>".join(words), "align": "left", "showarrow": False}
    spec = figure(
        data,
        title,
        width=740,
        height=height + LINE * len(words),
        margin={"l": 70, "r": 30, "t": 90 if legend else 56, "b": below},
        showlegend=legend,
        legend=LEGEND,
        annotations=[note | {"font": {"size": 12, "color": GREY}}],
        **layout,
    )
    plain = under.replace("<b>", "").replace("</b>", "").replace("<sup>", "^").replace("</sup>", "")
    draw(spec, "\n".join([title, *lines, plain]))
