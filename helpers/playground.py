"""The softmax playground: bars at T = 1 and, before them, at a temperature of one's own.

Two forms. `temperature_slider` is one plotly figure whose slider works by itself, with no kernel: in an exported page
too. `temperature` has all the dials (up to 100 variables, any seed) as widgets, and needs a running kernel.
"""

from __future__ import annotations

import math
import random
import sys
from typing import Any

from helpers.cards import Card, show
from helpers.figures.canvas import BLUE, GREY, GRID, ORANGE, axis, draw, figure
from helpers.figures.temperature import nats, shares
from helpers.forms import WIDGET, ipywidgets_here

SIZES = (2, 5, 10, 30, 100)
DRAWS = 2  # sets of scores for each size
STEPS = (0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 20, 50)
START = 0.5
LARGEST = 100
SPREAD = 1.0  # standard deviation of the scores: T = 1 is then neither one-hot nor flat
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 360, 52, 44, 56  # of the bars drawn with the dials
STILL = "A still picture: its dials need a running kernel."


def scores(variables: int, seed: int) -> list[float]:
    """As many normal scores as there are variables, the same for the same seed."""
    luck = random.Random(1000 * seed + variables)
    return [luck.gauss(0, SPREAD) for _ in range(variables)]


def summary(p: list[float], temperature: float) -> str:
    """The line that says how undecided softmax is at a temperature."""
    entropy = nats(p)
    return f"T = {temperature:.3g}: entropy {abs(entropy):.2f} nats, {math.exp(entropy):.1f} effective choices"


def temperature_slider() -> None:
    """Shows the shares of some scores at T = 1 and at the temperature of a slider, which needs no kernel."""
    sets = [scores(n, seed) for n in SIZES for seed in range(1, DRAWS + 1)]
    first = SIZES.index(10) * DRAWS
    data = []
    for i, z in enumerate(sets):
        data += [trace | {"visible": i == first} for trace in _bars(z, START)]
    fronts = list(range(1, len(data), 2))
    steps = []
    for t in STEPS:
        now = [shares(z, t) for z in sets]
        change = {"y": [_short(p) for p in now], "name": [summary(p, t) for p in now]}
        steps.append({"label": f"{t:g}", "method": "restyle", "args": [change, fronts]})
    buttons = []
    for i, z in enumerate(sets):
        seen = [j // 2 == i for j in range(len(data))]
        label = f"{len(z)} variables, draw {i % DRAWS + 1}"
        buttons.append({"label": label, "method": "update", "args": [{"visible": seen}, {"xaxis.dtick": _gap(len(z))}]})
    slider = {
        "active": STEPS.index(START),
        "steps": steps,
        "pad": {"t": 58, "b": 10},
        "currentvalue": {"prefix": "temperature T = ", "font": {"color": GREY, "size": 15}},
        "font": {"color": GREY, "size": 12},
        "bgcolor": GRID,
        "activebgcolor": ORANGE,
        "bordercolor": GREY,
        "tickcolor": GREY,
    }
    menu = {
        "type": "dropdown",
        "buttons": buttons,
        "active": first,
        "x": 1,
        "xanchor": "right",
        "y": 1.16,
        "yanchor": "bottom",
        "bgcolor": "#e9edf2",  # plotly lights up the chosen entry in near-white, so the letters have to be dark
        "bordercolor": GREY,
        "font": {"color": "#1c2430", "size": 13},
    }
    spec = figure(
        data,
        "Softmax of the same scores at two temperatures",
        width=740,
        height=520,
        barmode="overlay",
        showlegend=True,
        margin={"l": 60, "r": 30, "t": 112, "b": 130},
        legend={"x": 0, "y": 1.01, "yanchor": "bottom", "font": {"color": GREY}},
        xaxis=axis("choice", dtick=_gap(len(sets[first])), showgrid=False),
        yaxis=axis("share", rangemode="tozero"),
        sliders=[slider],
        updatemenus=[menu],
    )
    draw(spec, "\n".join(summary(shares(sets[first], t), t) for t in STEPS))


def temperature(variables: int = 10, temperature: float = START, seed: int = 1) -> None:
    """Shows the playground: sliders for variables (1 … 100), temperature and seed, and boxes for before and after.

    Needs a notebook with a kernel and ipywidgets; elsewhere it shows the bars as the arguments say. ValueError for
    arguments out of range.
    """
    if not 1 <= variables <= LARGEST or not 0 <= temperature < math.inf:
        raise ValueError(f"The playground takes 1 to {LARGEST} variables and a temperature of 0 or more.")
    still = Card(*_picture(variables, temperature, seed))
    widgets = ipywidgets_here(" The slider of part 3 works without.")
    if widgets is None:
        show(still)
        return
    wide = {"style": {"description_width": "150px"}, "layout": widgets.Layout(width="520px")}
    between = (round(0.01 * 10 ** (i / 20), 4) for i in range(81))  # evenly on a logarithmic scale, 0.01 to 100
    clear = [t for t in between if all(abs(t - step) > 0.03 * t for step in STEPS)]
    marks = sorted({*STEPS, *clear, temperature})
    dials = {
        "variables": widgets.IntSlider(variables, 1, LARGEST, description="number of variables", **wide),
        "temperature": widgets.SelectionSlider(
            options=[(f"{t:.3g}", t) for t in marks], value=temperature, description="temperature T", **wide
        ),
        "seed": widgets.IntSlider(seed, min(1, seed), max(50, seed), description="seed of the scores", **wide),
        "before": widgets.Checkbox(True, description="before: T = 1", indent=False),
        "after": widgets.Checkbox(True, description="after: your temperature", indent=False),
    }
    boxes = widgets.HBox([dials["before"], dials["after"]], layout=widgets.Layout(margin="0 0 0 158px"))
    bars = widgets.HTML(still.html)

    def redraw(_: Any) -> None:
        bars.value = _picture(**{name: dial.value for name, dial in dials.items()})[0]

    for dial in dials.values():
        dial.observe(redraw, names="value")
    _show_panel(widgets.VBox([dials["variables"], dials["temperature"], dials["seed"], boxes, bars]), still)


def _show_panel(panel: Any, still: Card) -> None:
    """Shows the dials with their bars; a page without a kernel gets the bars as they stood, and a line."""
    from IPython.display import display

    if "google.colab" in sys.modules:
        display(panel)  # Colab would take the page below for the richer form
        return
    # As a drawing, not as HTML: of an SVG inside HTML a page that is not trusted keeps only the words.
    drawing = still.html.replace("</svg>", f'<text x="8" y="{HEIGHT - 6}">{STILL}</text></svg>')
    view = {"version_major": 2, "version_minor": 0, "model_id": panel.model_id}
    display({WIDGET: view, "image/svg+xml": drawing, "text/plain": f"{still.text}\n{STILL}"}, raw=True)


def _picture(variables: int, temperature: float, seed: int, before: bool = True, after: bool = True) -> tuple[str, str]:
    """The bars for one position of the dials, as SVG, and what they say in words.

    A drawing of our own, not plotly's: JupyterLab ignores a second version of a plotly figure, and a figure made anew
    at each move flickers, piles up in some front ends, and needs the internet in others.
    """
    z = scores(variables, seed)
    chosen = [layer for layer, wanted in zip(_layers(temperature), (before, after), strict=True) if wanted]
    layers = [(shares(z, t), summary(shares(z, t), t), *look) for t, *look in chosen]
    top = max((share for p, *_ in layers for share in p), default=1.0)
    step = _tick(top)
    across = (WIDTH - LEFT - 12) / variables

    def y(share: float) -> float:
        return HEIGHT - BOTTOM - share / top * (HEIGHT - TOP - BOTTOM)

    parts = []
    for i in range(int(top / step * 1.0001) + 1):
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - 12}" y1="{y(i * step):.1f}" y2="{y(i * step):.1f}" stroke="{GRID}"/>'
        )
        parts.append(f'<text x="{LEFT - 8}" y="{y(i * step) + 4:.1f}" text-anchor="end">{i * step:.3g}</text>')
    for place in range(_gap(variables), variables + 1, _gap(variables)):
        middle = LEFT + (place - 0.5) * across
        parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{place}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">choice</text>')
    for row, (p, line, color, width, opacity) in enumerate(layers):
        parts.append(f'<rect x="{LEFT}" y="{6 + 20 * row}" width="12" height="12" fill="{color}" opacity="{opacity}"/>')
        parts.append(f'<text x="{LEFT + 20}" y="{17 + 20 * row}" font-size="14">{line}</text>')
        for i, share in enumerate(p):
            left = LEFT + (i + (1 - width) / 2) * across
            size = f'width="{width * across:.2f}" height="{max(0.0, y(0) - y(share)):.2f}"'
            bar = f'<rect x="{left:.2f}" y="{y(share):.2f}" {size} fill="{color}" opacity="{opacity}">'
            parts.append(f"{bar}<title>choice {i + 1}: {share:.4f}</title></rect>")
    words = "\n".join(line for _, line, *_ in layers)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" style="max-width:100%" '
        f'role="img" aria-label="{words}" font-family="sans-serif" font-size="12" fill="{GREY}">{"".join(parts)}</svg>',
        words or "nothing chosen",
    )


def _layers(temperature: float) -> tuple[tuple[float, str, float, float], ...]:
    """Temperature, colour, width and opacity of the broad bars behind and of the narrow ones in front."""
    return (1.0, BLUE, 0.86, 0.7), (temperature, ORANGE, 0.46, 1.0)


def _bars(z: list[float], temperature: float) -> list[dict[str, Any]]:
    """Two traces: broad bars at T = 1 behind, narrow ones at the temperature in front of them."""
    pair = []
    for t, color, width, opacity in _layers(temperature):
        p = shares(z, t)
        pair.append(
            {
                "type": "bar",
                "x": list(range(1, len(z) + 1)),
                "y": _short(p),
                "width": width,
                "opacity": opacity,
                "marker": {"color": color},
                "name": summary(p, t),
                "hovertemplate": "choice %{x}: %{y:.4f}<extra></extra>",
            }
        )
    return pair


def _gap(variables: int) -> int:
    """Choices from one tick to the next."""
    return next(gap for gap in (1, 2, 5, 10) if variables <= 12 * gap)


def _short(values: list[float]) -> list[float]:
    return [round(value, 4) for value in values]


def _tick(top: float) -> float:
    """A round distance between ticks, so that there are three to six up to `top`."""
    power = 10 ** math.floor(math.log10(top))
    return next(step * power for step in (0.2, 0.5, 1.0, 2.0) if top / (step * power) <= 5.001)
