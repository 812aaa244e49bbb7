"""Lab 2's figures: valid plotly data and drawings with the right numbers, and a friendly end for unfinished work."""

import json
import xml.etree.ElementTree as ElementTree

import plotly.graph_objects as go
import pytest
import torch

from helpers import figures
from helpers.figures import block, canvas

PLOTLY, SVG = "application/vnd.plotly.v1+json", "image/svg+xml"
STACKS = {"alone": ([1.0, 0.5, 0.25], [1e-9, 1e-3, 1.0]), "residual": ([1.0, 1.1, 1.2], [1.4, 1.2, 1.0])}


@pytest.fixture
def shown(monkeypatch):
    """The mime bundles that a notebook would get, in order."""
    bundles = []
    for module in (canvas, block):
        monkeypatch.setattr(module, "show", lambda card: bundles.append(card._repr_mimebundle_()))
    return bundles


PLOTS = {
    "deep_stack": lambda: figures.deep_stack(STACKS),
    "positions_heatmap": lambda: figures.positions_heatmap(lambda: torch.rand(9, 6)),
}


@pytest.mark.parametrize("name", PLOTS)
def test_a_figure_is_valid_small_and_reads_on_light_and_dark(shown, name):
    assert PLOTS[name]() is None
    spec = shown[0][PLOTLY]
    go.Figure(spec["data"], spec["layout"])  # raises for anything plotly does not know
    assert len(json.dumps(shown[0])) < 40_000 and shown[0]["text/plain"].strip()
    layout = spec["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert all(layout[key]["title"]["text"] for key in layout if key[1:].startswith("axis"))


def test_a_deep_stack_shows_both_measures_of_every_stack(shown):
    figures.deep_stack(STACKS)
    traces = shown[0][PLOTLY]["data"]
    assert [(trace["name"], trace["xaxis"], trace["y"]) for trace in traces] == [
        (name, axis, values)
        for name, panels in STACKS.items()
        for axis, values in zip(("x", "x2"), panels, strict=True)
    ]
    assert len({trace["line"]["color"] for trace in traces}) == len({trace["line"]["dash"] for trace in traces}) == 2


def test_a_gradient_of_zero_or_nan_can_be_drawn(shown):
    figures.deep_stack({"dead": ([1.0, float("inf")], [0.0, float("nan")])})
    spread, gradient = (trace["y"] for trace in shown[0][PLOTLY]["data"])
    assert spread == [1.0, None] and 0 < gradient[0] < 1e-15 and gradient[1] is None
    json.dumps(shown[0], allow_nan=False)


def test_more_stacks_than_looks_are_refused():
    with pytest.raises(ValueError, match="not for 4"):
        figures.deep_stack(dict.fromkeys("abcd", ([1.0], [1.0])))


def test_positions_are_shown_place_by_place_on_a_fixed_scale(shown):
    figures.positions_heatmap(torch.tensor([[0.0, 1.0], [0.5, -0.5], [-1.0, 0.25]]))
    trace = shown[0][PLOTLY]["data"][0]
    assert trace["z"] == [[0.0, 1.0], [0.5, -0.5], [-1.0, 0.25]] and (trace["zmin"], trace["zmax"]) == (-1, 1)


def unwritten():
    raise NotImplementedError


def test_positions_not_written_yet_get_a_friendly_line(shown):
    figures.positions_heatmap(unwritten)
    assert PLOTLY not in shown[0] and "finish the exercise" in shown[0]["text/plain"]


def labels(svg):
    return [
        element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text") and element.text
    ]


@pytest.mark.parametrize(
    ("kind", "order"), [("post", "attention norm1 MLP norm2"), ("pre", "norm1 attention norm2 MLP")]
)
def test_a_blocks_drawing_has_its_parts_in_their_order(shown, kind, order):
    figures.block_diagram(kind)
    svg = shown[0][SVG]
    boxes = {"attention", "norm1", "norm2", "MLP"}
    found = sorted(
        (float(element.get("x")), element.text)
        for element in ElementTree.fromstring(svg).iter()
        if element.text in boxes
    )
    assert [name for _, name in found] == order.split()
    words = shown[0]["text/plain"].replace("─", " ").split()
    assert [word for word in words if word in boxes] == order.split()


def test_a_third_kind_of_block_is_refused():
    with pytest.raises(ValueError, match="middle"):
        figures.block_diagram("middle")


def test_the_drawing_of_a_gpt_says_that_its_output_is_tied(shown):
    figures.gpt_diagram()
    text = " ".join(labels(shown[0][SVG]))
    assert "PreNormBlock" in text and "positions" in text and "tied" in text and "same matrix" in shown[0]["text/plain"]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (NotImplementedError(), "finish the exercises above"),
        (NameError("name 'gpt' is not defined"), "'gpt' is not defined"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    ],
)
def test_unfinished_work_ends_a_cell_with_one_friendly_line(shown, error, line):
    with figures.your_work():
        raise error
    assert len(shown) == 1 and line in shown[0]["text/plain"]


def test_finished_work_is_left_alone_and_an_interrupt_gets_through(shown):
    with figures.your_work():
        result = 1 + 1
    assert result == 2 and not shown
    with pytest.raises(KeyboardInterrupt), figures.your_work():
        raise KeyboardInterrupt
