"""How a figure reaches the page: plain plotly data, in the look of the lessons, shown in every front end.

A figure is a dict of plotly's own JSON, so drawing needs neither a kernel nor the plotly package; the library that
draws is the front end's own, or is fetched by the page. Nothing of it is stored in the notebook.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Callable
from typing import Any

from torch import Tensor

from helpers.cards import Card, note, show

PLOTLY_JS = "https://cdn.plot.ly/plotly-3.0.0.min.js"

# Colours that people with any colour vision can tell apart, and that stand out on white and on near-black.
BLUE, ORANGE, GREEN = "#2f80c9", "#e07b00", "#169b74"
GREY = "#858b94"  # text and axes: the one grey that reads on both
GRID = "rgba(133,139,148,.25)"
SHADES = [[0.0, "#eef4fa"], [0.25, "#b8d4ec"], [0.5, "#6faadb"], [0.75, "#2f7dbf"], [1.0, "#0b4a86"]]

# Loads plotly.js once per page, then draws. A page with require.js would catch the library as a module: hide `define`.
_SCRIPT = """<div id="{id}" style="min-height:{height}px;max-width:{width}px"></div><script>(function(){{
const spec={spec},draw=function(){{Plotly.newPlot("{id}",spec.data,spec.layout,spec.config)}};
if(window.Plotly){{draw();return}}
const waiting=window.lessonFigures=window.lessonFigures||[];waiting.push(draw);if(waiting.length>1)return;
const define=window.define,tag=document.createElement("script");window.define=undefined;tag.src="{library}";
tag.onload=function(){{window.define=define;waiting.splice(0).forEach(function(f){{f()}})}};
tag.onerror=function(){{window.define=define;waiting.splice(0);
document.getElementById("{id}").textContent="Figures need plotly.js from the internet: not reachable now."}};
document.head.appendChild(tag)}})()</script>"""


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis in the lessons' look."""
    look = {
        "title": {"text": title, "standoff": 10},
        "gridcolor": GRID,
        "zeroline": False,
        "linecolor": GRID,
        "automargin": True,
    }
    return look | more


def figure(data: list[dict], title: str, width: int = 640, height: int = 400, **layout: Any) -> dict[str, Any]:
    """A plotly figure as JSON-able data: transparent, grey text, a size that fits a notebook's column."""
    look = {
        "title": {"text": title, "x": 0.02, "font": {"size": 15}},
        "font": {"color": GREY, "size": 13},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "width": width,
        "height": height,
        "margin": {"l": 60, "r": 30, "t": 56, "b": 56},
    }
    return {"data": data, "layout": look | layout, "config": {"displayModeBar": False, "responsive": True}}


def draw(spec: dict[str, Any], description: str) -> None:
    """Shows a figure; `description` is what a terminal, or a reader who cannot see it, gets instead."""
    layout = spec["layout"]
    fields = {"id": f"figure-{uuid.uuid4().hex}", "width": layout["width"], "height": layout["height"]}
    # "</" would end the script element if a label held a tag.
    page = _SCRIPT.format(**fields, library=PLOTLY_JS, spec=json.dumps(spec).replace("</", "<\\/"))
    bundle: dict[str, Any] = {"text/html": page, "text/plain": description}
    if "google.colab" not in sys.modules:  # Colab draws the page; JupyterLab and VS Code draw plotly's own type
        bundle["application/vnd.plotly.v1+json"] = spec
    show(Bundle(bundle))


def picture(svg: str, description: str) -> None:
    """Shows a drawing."""
    show(Bundle({"image/svg+xml": svg, "text/plain": description}))


class Bundle(Card):
    """A card with more forms than HTML and text."""

    def __init__(self, bundle: dict[str, Any]):
        super().__init__(bundle.get("text/html", ""), bundle["text/plain"])
        object.__setattr__(self, "bundle", bundle)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self.bundle


def value_of(source: Any, shape: str, dims: int = 2) -> list | None:
    """The numbers to draw, from a tensor, nested lists, or a function that computes them.

    None, after a friendly line, where the function is an exercise that is not written yet or does not run.
    ValueError when what there is to draw has not `dims` axes.
    """
    if callable(source):
        source = attempt(source)
        if source is None:
            return None
    rows = source.detach().cpu().tolist() if isinstance(source, Tensor) else source
    depth, inner = 0, rows
    while isinstance(inner, (list, tuple)) and inner:
        depth, inner = depth + 1, inner[0]
    if depth != dims:
        raise ValueError(f"There should be {dims} axes, {shape}, but there are {depth}.")
    return rows


def attempt(compute: Callable[[], Any]) -> Any:
    """What `compute` gives, or None after a line that says why there is nothing to draw yet."""
    try:
        value = compute()
    except NotImplementedError:
        show(note("This figure draws your own work: finish the exercise above, then run this cell again."))
        return None
    except Exception as error:  # whatever a half-finished exercise raises: the lesson goes on
        show(note(f"Nothing to draw yet: your function raised {type(error).__name__}. Its check says more."))
        return None
    if value is None:
        show(note("Nothing to draw yet: your function returned None."))
    return value
