"""The figures of lab 4: the next token, beams, filters, and what the methods write."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import torch
from torch import Tensor

from helpers.figures.canvas import BLUE, GREEN, GREY, ORANGE, attempt, axis, draw, figure, picture
from helpers.figures.diagrams import BACK, INK, LINE
from helpers.figures.plots import LEGEND, curve
from helpers.figures.temperature import COLORS, MARGIN, SYMBOLS

NEXT = 12  # tokens shown of a distribution


def label(tokenizer: Any, token: int) -> str:
    """A token as one sees it: spaces and line ends have signs of their own."""
    return tokenizer.decode([token]).replace(" ", "␣").replace("\n", "⏎") or "·"


def next_tokens(logits: Tensor, tokenizer: Any, context: str) -> None:
    """Shows the most likely next tokens of logits (V,), with their probabilities."""
    p, tokens = torch.softmax(logits.double(), dim=-1).topk(NEXT)
    names = [label(tokenizer, token) for token in tokens.tolist()]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [round(value, 5) for value in p.tolist()],
        "y": list(range(NEXT)),
        "marker": {"color": BLUE},
        "text": [f"{value:.1%}" for value in p.tolist()],
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "%{x:.4f}<extra></extra>",
    }
    rest = 1 - float(p.sum())
    spec = figure(
        [bars],
        f"After “{context}”: the {NEXT} most likely tokens of {len(logits):,}",
        width=640,
        height=420,
        margin={"l": 110, "r": 60, "t": 56, "b": 56},
        xaxis=axis(f"probability (all others together: {rest:.1%})", rangemode="tozero"),
        yaxis=axis("", tickvals=list(range(NEXT)), ticktext=names, autorange="reversed", showgrid=False),
    )
    draw(spec, "\n".join(f"{name}: {value:.4f}" for name, value in zip(names, p.tolist(), strict=True)))


def beam_tree(
    logits: Callable[[Tensor], Tensor], tokenizer: Any, ids: Tensor, num_beams: int = 3, steps: int = 5
) -> None:
    """Shows how beams grow from the prompt ids (1, t): the texts kept at each step, and the best of those dropped."""
    beams: list[tuple[float, tuple[int, ...], int]] = [(0.0, (), 0)]  # log P, tokens so far, row
    columns = []
    for _ in range(steps):
        texts = torch.stack([torch.cat([ids[0], ids.new_tensor(tokens)]) for _, tokens, _ in beams])
        log_p = torch.log_softmax(logits(texts)[:, -1].double(), dim=-1)
        totals = log_p + log_p.new_tensor([[total] for total, *_ in beams])
        best = totals.flatten().topk(num_beams + 2)
        column = []
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            parent, token = divmod(place, totals.shape[1])
            column.append((total, (*beams[parent][1], token), parent))
        columns.append(column)
        beams = column[:num_beams]
    wide, high, left, top = 134, 54, 24, 66
    parts = [
        _label(left, 30, f"The {num_beams} beams at each step, and the next two, which are dropped", 15, weight=600),
        _label(left, 50, "Under each token: log P of what follows the prompt, up to it", 12),
    ]
    for step, column in enumerate(columns):
        x = left + step * wide
        for row, (total, tokens, parent) in enumerate(column):
            y, kept = top + row * high, row < num_beams
            color = BLUE if kept else LINE
            if step:
                start = top + parent * high + 20
                bend = f"M{x - wide + 104} {start}C{x - 16} {start} {x - 16} {y + 20} {x} {y + 20}"
                dash = "" if kept else ' stroke-dasharray="4 4"'
                parts.append(
                    f'<path d="{bend}" fill="none" stroke="{color}" stroke-width="{2 if kept else 1.2}"{dash}/>'
                )
            parts.append(
                f'<rect x="{x}" y="{y}" width="104" height="42" rx="6" fill="{"#e3eef8" if kept else BACK}" '
                f'stroke="{color}" stroke-width="{2 if kept else 1.2}"/>'
            )
            name = label(tokenizer, tokens[-1])
            parts.append(_label(x + 52, y + 18, name if len(name) <= 12 else name[:11] + "…", 14, "middle"))
            parts.append(_label(x + 52, y + 35, f"{total:.2f}".replace("-", "−"), 12, "middle"))
    width, height = left + steps * wide, top + (num_beams + 2) * high + 8
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" style="max-width:100%" '
        f'role="img" font-family="system-ui,sans-serif" fill="{INK}"><rect width="{width}" height="{height}" rx="10" '
        f'fill="{BACK}"/>{"".join(parts)}</svg>'
    )
    lines = [f"{total:.2f} {tokenizer.decode(list(tokens))!r}" for total, tokens, _ in columns[-1][:num_beams]]
    picture(svg, f"{num_beams} beams after {steps} steps:\n" + "\n".join(lines))


def _label(x: float, y: float, words: str, size: int, anchor: str = "start", weight: int = 400) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def token_probabilities(texts: Mapping[str, Sequence[float]]) -> None:
    """Shows, for several named texts, the probability that the model gave each of their tokens."""
    traces = [
        curve(range(1, len(p) + 1), p, name, color, symbol) | {"y": [float(f"{max(v, 1e-12):.3g}") for v in p]}
        for (name, p), color, symbol in zip(texts.items(), (ORANGE, BLUE, GREEN), SYMBOLS, strict=False)
    ]
    for trace in traces:
        trace["marker"] |= {"size": 6}
        trace["line"] |= {"width": 1.8}
    lowest = min(min(trace["y"]) for trace in traces)
    marks = [10.0**n for n in range(math.floor(math.log10(lowest)), 1)]
    spec = figure(
        traces,
        "How likely the model found each token",
        width=740,
        height=400,
        margin=MARGIN,
        legend=LEGEND,
        xaxis=axis("token of the text"),
        yaxis=axis("probability", type="log", tickvals=marks, ticktext=[f"{m:g}" for m in marks]),
    )
    words = [
        f"{name}: " + " ".join(f"{value:.2g}" for value in p) + f" (geometric mean {_geometric(p):.2f})"
        for name, p in texts.items()
    ]
    draw(spec, "\n".join(words))


def _geometric(p: Sequence[float]) -> float:
    return math.exp(sum(math.log(max(value, 1e-12)) for value in p) / len(p))


def filtered_tokens(
    contexts: Mapping[str, Tensor], top_k: Callable[[Tensor], Tensor], top_p: Callable[[Tensor], Tensor], rank: int = 30
) -> None:
    """Shows, for two contexts with logits (V,) each, the most likely tokens and which of them two filters keep."""
    kept = attempt(lambda: [[_stay(keep(z[None]), z) for keep in (top_k, top_p)] for z in contexts.values()])
    if kept is None:
        return
    looks = {(True, True): ("kept by both", GREEN), (True, False): ("top-k only", ORANGE),
             (False, True): ("top-p only", BLUE), (False, False): ("dropped by both", "#9aa3ad")}  # fmt: skip
    traces, heads, words, layout = [], [], [], {}
    for place, ((context, z), (by_k, by_p)) in enumerate(zip(contexts.items(), kept, strict=True)):
        p, order = torch.softmax(z.double(), dim=-1).sort(descending=True)
        fate = [(bool(by_k[t]), bool(by_p[t])) for t in order[:rank].tolist()]
        for key, (name, color) in looks.items():
            at = [i for i, one in enumerate(fate) if one == key]
            traces.append(
                {
                    "type": "bar",
                    "x": [i + 1 for i in at],
                    "y": [round(float(p[i]), 5) for i in at],
                    "name": name,
                    "legendgroup": name,
                    "showlegend": not place,
                    "marker": {"color": color},
                    "hovertemplate": "rank %{x}: %{y:.4f}<extra></extra>",
                }
                | ({} if not place else {"xaxis": "x2", "yaxis": "y2"})
            )
            if not place and not at:  # a legend entry needs a bar
                traces[-1] |= {"x": [None], "y": [None]}
        note = f"“… {context[-34:]}”<br>top-k keeps {int(by_k.sum())}, top-p {int(by_p.sum())}"
        words.append(f"{context}: top-k keeps {int(by_k.sum())} tokens with {float(p[: int(by_k.sum())].sum()):.2f} of the mass, "
                     f"top-p keeps {int(by_p.sum())}")  # fmt: skip
        domain = [0.0, 0.46] if not place else [0.54, 1.0]
        number = "" if not place else "2"
        layout[f"xaxis{number}"] = axis("rank of the token", domain=domain, range=[0.3, rank + 0.7], showgrid=False)
        layout[f"yaxis{number}"] = axis("probability" if not place else "", rangemode="tozero")
        if place:
            layout["xaxis2"]["anchor"], layout["yaxis2"]["anchor"] = "y2", "x2"
        heads.append(
            {"text": note, "x": sum(domain) / 2, "y": 1.0, "xref": "paper", "yref": "paper", "xanchor": "center",
             "yanchor": "bottom", "showarrow": False}
        )  # fmt: skip
    spec = figure(
        traces,
        "The same filters where the model hesitates and where it is sure",
        width=760,
        height=440,
        barmode="overlay",
        margin={"l": 60, "r": 20, "t": 100, "b": 100},
        legend={"orientation": "h", "x": 0, "y": -0.18, "yanchor": "top", "font": {"color": GREY}},
        annotations=heads,
        **layout,
    )
    draw(spec, "\n".join(words))


def _stay(filtered: Tensor, z: Tensor) -> Tensor:
    if not isinstance(filtered, Tensor) or filtered.shape != (1, len(z)):
        raise ValueError("a filter gives logits (b, V)")
    return filtered[0] > -math.inf


def methods(table: Mapping[str, tuple[float, float]]) -> None:
    """Shows methods by (log P per token, share of repeated 4-grams): what is likely repeats itself."""
    traces = []
    for i, (name, (log_p, share)) in enumerate(table.items()):
        human = name.startswith("the author")
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "cliponaxis": False,
                "x": [round(log_p, 3)],
                "y": [round(share, 4)],
                "name": name,
                "marker": {
                    "color": ORANGE if human else (BLUE, GREEN, COLORS[3], GREY)[i % 4],
                    "symbol": "star" if human else ("circle", "square", "diamond", "triangle-up", "x", "cross")[i % 6],
                    "size": 18 if human else 13,
                },
                "hovertemplate": f"{escape(name)}: log P %{{x:.2f}} a token, %{{y:.0%}} repeated<extra></extra>",
            }
        )
    spec = figure(
        traces,
        "What is likely, and what repeats itself",
        width=740,
        height=420,
        margin={"l": 70, "r": 230, "t": 56, "b": 60},
        legend={"x": 1.02, "y": 1, "font": {"color": GREY}},
        xaxis=axis("log P per token, in nats"),
        yaxis=axis("4-grams that are repeats", tickformat=".0%", rangemode="tozero"),
    )
    draw(
        spec,
        "\n".join(f"{name}: {log_p:.2f} nats a token, {share:.0%} repeated" for name, (log_p, share) in table.items()),
    )


def cache_times(lengths: Sequence[int], times: Mapping[str, Sequence[float]]) -> None:
    """Shows the seconds that texts of several lengths took, with and without a key-value cache."""
    traces = [
        curve(lengths, [round(t, 4) for t in row], name, color, symbol)
        for (name, row), color, symbol in zip(times.items(), (ORANGE, BLUE), SYMBOLS, strict=False)
    ]
    spec = figure(
        traces,
        "Time to write a text",
        width=700,
        height=380,
        margin=MARGIN,
        legend=LEGEND,
        xaxis=axis("tokens written", tickvals=list(lengths)),
        yaxis=axis("seconds", rangemode="tozero"),
    )
    draw(spec, "\n".join(f"{name}: " + " ".join(f"{t:.2f} s" for t in row) for name, row in times.items()))
