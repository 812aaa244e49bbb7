"""Lab 3's playground and figures: the right numbers, valid plotly data, small, and quiet where nobody looks on."""

import json
import math
import sys
import types
import xml.etree.ElementTree as ElementTree

import ipywidgets
import plotly.graph_objects as go
import pytest
import torch
import torch.nn.functional as F

from helpers import figures, forms, playground
from helpers.figures import canvas
from helpers.figures import temperature as plots

PLOTLY = "application/vnd.plotly.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
LETTERS = "abcde"


@pytest.fixture
def shown(monkeypatch):
    """The mime bundles that a notebook would get, in order."""
    bundles = []
    for module in (canvas, forms, playground):
        monkeypatch.setattr(module, "show", lambda card: bundles.append(card._repr_mimebundle_()))
    return bundles


@pytest.fixture
def front_end(monkeypatch):
    """What a notebook's front end is given to display, in order."""
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw=False: displayed.append(data))
    monkeypatch.setattr("IPython.get_ipython", lambda: types.SimpleNamespace(kernel=object()))
    return displayed


def panel_of(bundle):
    """The widget that a bundle shows."""
    return ipywidgets.widget_serialization["from_json"](f"IPY_MODEL_{bundle[WIDGET]['model_id']}", None)


def parts(panel):
    """The dials by the first word of their description, and the picture under them."""
    leaves = [leaf for child in panel.children for leaf in getattr(child, "children", [child])]
    return {leaf.description.split()[0].strip(":"): leaf for leaf in leaves if leaf.description}, leaves[-1]


def heights(svg):
    """The shares that a picture shows: those of the bars behind, then those of the bars in front."""
    bars = [node for node in ElementTree.fromstring(svg).iter() if len(node) and node.tag.endswith("rect")]
    return [float(bar[0].text.split(": ")[1]) for bar in bars]


DRAWINGS = {
    "attention_temperatures": lambda: figures.attention_temperatures(
        lambda t: F.softmax(torch.arange(25.0).view(5, 5) / t, -1), LETTERS
    ),
    "drawn_words": lambda: figures.drawn_words(["a", "b"], {0.5: torch.tensor([3, 1]), 1.0: torch.tensor([2, 2])}),
    "entropy_curves": lambda: figures.entropy_curves({"z": torch.tensor([1.0, 2.0, 0.0])}),
    "equal_entropy": lambda: figures.equal_entropy(lambda z: 0.7, {n: torch.randn(10) for n in ("a", "b", "c")}),
    "gradient_by_temperature": lambda: figures.gradient_by_temperature(lambda s, t: 0.0 if t < 0.1 else s / t),
    "gradient_by_width": lambda: figures.gradient_by_width(lambda d, t: 1 / t),
    "jacobian_heatmaps": lambda: figures.jacobian_heatmaps(lambda t: torch.eye(5) / t - 0.2),
    "smooth_maximum": lambda: figures.smooth_maximum(),
    "temperature_curves": lambda: figures.temperature_curves([2.0, 1.0, 0.5, -0.5, -1.0]),
    "slider": lambda: playground.temperature_slider(),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_is_valid_small_and_reads_on_light_and_dark(shown, name):
    assert DRAWINGS[name]() is None
    bundle = shown[0]
    assert set(bundle) == {PLOTLY, "text/html", "text/plain"} and bundle["text/plain"].strip()
    go.Figure(bundle[PLOTLY]["data"], bundle[PLOTLY]["layout"])  # raises for anything plotly does not know
    limit = 300_000 if name == "slider" else 20_000
    assert sum(len(json.dumps(form)) for form in bundle.values()) < limit
    json.dumps(bundle[PLOTLY], allow_nan=False)
    layout = bundle[PLOTLY]["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)" and layout["title"]["text"]


@pytest.mark.parametrize("answer", ["unwritten", "nothing", "nan", "wrong shape", "crash"])
def test_an_unfinished_exercise_gets_a_friendly_line_not_an_error(shown, answer):
    def student(*_):
        if answer == "unwritten":
            raise NotImplementedError
        if answer == "crash":
            raise RuntimeError("no")
        return {"nothing": None, "nan": torch.full((5, 5), math.nan), "wrong shape": torch.ones(5, 3)}[answer]

    figures.attention_temperatures(student, LETTERS)
    figures.jacobian_heatmaps(student)
    figures.gradient_by_temperature(student)
    figures.gradient_by_width(student)
    figures.equal_entropy(student, {"z": torch.randn(3)})
    assert len(shown) == 5 and not any(PLOTLY in bundle for bundle in shown)


def test_shares_and_entropy_are_those_of_torch():
    z = torch.randn(7, dtype=torch.float64)
    for t in (0.1, 1.0, 30.0):
        p = F.softmax(z / t, -1)
        assert plots.shares(z.tolist(), t) == pytest.approx(p.tolist())
        assert plots.nats(p.tolist()) == pytest.approx(torch.special.entr(p).sum().item())
    assert plots.shares([1e4, 0.0, 1e4], 0) == [1, 0, 0] and plots.shares([1e4, 0.0, 1e4], 0.01) == [0.5, 0, 0.5]
    assert playground.summary([1.0, 0.0], 0) == "T = 0: entropy 0.00 nats, 1.0 effective choices"


def test_every_position_of_the_slider_shows_what_it_says(shown):
    playground.temperature_slider()
    spec = shown[0][PLOTLY]
    (slider,), (menu,) = spec["layout"]["sliders"], spec["layout"]["updatemenus"]
    fronts = slider["steps"][0]["args"][1]
    sizes = [len(spec["data"][place]["y"]) for place in fronts]
    assert sorted(set(sizes)) == list(playground.SIZES) and len(menu["buttons"]) == len(fronts)
    before = {place: spec["data"][place - 1] for place in fronts}
    for step, t in zip(slider["steps"], playground.STEPS, strict=True):
        change, places = step["args"]
        assert places == fronts and step["label"] == f"{t:g}"
        for y, name, place in zip(change["y"], change["name"], places, strict=True):
            assert sum(y) == pytest.approx(1, abs=0.01) and name.startswith(f"T = {t:.3g}:")
            if t == 1:
                assert y == before[place]["y"]
    now = slider["steps"][slider["active"]]["args"][0]
    assert [spec["data"][place]["y"] for place in fronts] == now["y"]
    assert [spec["data"][place]["name"] for place in fronts] == now["name"]


def test_each_entry_of_the_menu_shows_one_pair_of_bars(shown):
    playground.temperature_slider()
    spec = shown[0][PLOTLY]
    menu = spec["layout"]["updatemenus"][0]
    for i, button in enumerate(menu["buttons"]):
        seen = [n for n, visible in enumerate(button["args"][0]["visible"]) if visible]
        assert seen == [2 * i, 2 * i + 1]
        assert button["label"].startswith(f"{len(spec['data'][2 * i]['y'])} variables")
    assert [trace["visible"] for trace in spec["data"]] == menu["buttons"][menu["active"]]["args"][0]["visible"]


def test_moving_a_dial_redraws_the_bars_in_place(front_end):
    playground.temperature(variables=7, seed=3)
    dials, picture = parts(panel_of(front_end[0]))
    assert heights(picture.value) == heights(front_end[0]["image/svg+xml"])
    dials["number"].value, dials["temperature"].value, dials["seed"].value = 100, 2, 4
    z = torch.tensor(playground.scores(100, 4), dtype=torch.float64)
    wanted = [F.softmax(z, -1).tolist(), F.softmax(z / 2, -1).tolist()]
    assert heights(picture.value) == pytest.approx(wanted[0] + wanted[1], abs=1e-4)
    dials["before"].value = False
    assert heights(picture.value) == pytest.approx(wanted[1], abs=1e-4)
    dials["before"].value, dials["after"].value = True, False
    assert heights(picture.value) == pytest.approx(wanted[0], abs=1e-4)
    dials["before"].value = False
    assert heights(picture.value) == []
    assert len(front_end) == 1, "nothing piles up"


def test_a_page_without_a_kernel_gets_the_bars_and_a_line(front_end):
    playground.temperature()
    assert "running kernel" in front_end[0]["image/svg+xml"] and "text/html" not in front_end[0]
    assert "effective choices" in front_end[0]["text/plain"] and "running kernel" in front_end[0]["text/plain"]


def test_colab_gets_the_widget_itself(front_end, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    playground.temperature()
    assert parts(front_end[0])[1].value.startswith("<svg")


def test_without_ipywidgets_the_bars_are_still_drawn(shown, front_end, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    playground.temperature()
    assert "ipywidgets" in shown[0]["text/plain"] and len(heights(shown[1]["text/html"])) == 20


def test_any_number_of_variables_and_any_temperature_is_drawn_inside_the_picture(shown):
    for variables in range(1, playground.LARGEST + 1):
        playground.temperature(variables, temperature=(variables - 1) / 10, seed=variables)
    for variables, bundle in enumerate(shown, start=1):
        both = heights(bundle["text/html"])
        assert len(both) == 2 * variables and sum(both) == pytest.approx(2, abs=0.02)
        for node in ElementTree.fromstring(bundle["text/html"]).iter():
            if node.tag.endswith("rect"):
                x, y, width, height = (float(node.get(key)) for key in ("x", "y", "width", "height"))
                assert x >= 0 and x + width <= playground.WIDTH and y >= 0 and y + height <= playground.HEIGHT


@pytest.mark.parametrize("top", [1.0, 0.99, 0.5, 0.51, 0.2, 0.101, 0.02])
def test_ticks_are_round_and_not_too_many(top):
    step = playground._tick(top)
    assert 2 <= top / step <= 5.01 and f"{step:e}"[0] in "125"


@pytest.mark.parametrize(
    "wrong", [{"variables": 0}, {"variables": 101}, {"temperature": -1.0}, {"temperature": math.nan}]
)
def test_arguments_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="1 to 100 variables"):
        playground.temperature(**wrong)


def test_a_seed_gives_the_same_scores_again_and_another_gives_others():
    assert playground.scores(5, 1) == playground.scores(5, 1) != playground.scores(5, 2)
