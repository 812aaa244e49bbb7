"""Figures: valid plotly data with the right numbers, small, without plotly.js inside; and the emoji game is fair."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import plotly.graph_objects as go
import pytest
import torch

from helpers import figures
from helpers.figures import canvas, emoji

ROOT = Path(__file__).parent.parent
PLOTLY = "application/vnd.plotly.v1+json"


@pytest.fixture
def shown(monkeypatch):
    """The mime bundles that a notebook would get, in order."""
    bundles = []
    monkeypatch.setattr(canvas, "show", lambda card: bundles.append(card._repr_mimebundle_()))
    monkeypatch.setitem(emoji.quiz.__globals__, "show", lambda card: bundles.append(card._repr_mimebundle_()))
    return bundles


def unwritten():
    raise NotImplementedError


DRAWINGS = {
    "attention_heatmap": lambda: figures.attention_heatmap(torch.rand(3, 5)),
    "emoji_table": lambda: figures.emoji_table(),
    "emoji_game": lambda: figures.emoji_game(7),
    "masks": lambda: figures.masks(torch.ones(4, 4, dtype=torch.bool).tril(), list("abca")),
    "parameter_counts": lambda: figures.parameter_counts(lambda n, d, v, c: n * d * d + v * d),
    "softmax_gradient": lambda: figures.softmax_gradient([0.5, 1, 2], [0.2, 0.4, 0.9], [0.1, 0.2, 0.05]),
    "variance_experiment": lambda: figures.variance_experiment([1, 4], [1.1, 3.9], [1.1, 0.97]),
}


def test_every_figure_is_drawn_by_a_test_and_shown_in_a_lesson():
    def text(folder, pattern):
        return "".join(path.read_text("utf-8") for path in (ROOT / folder).glob(pattern))

    tests, lessons = text("tests", "test_*.py"), text("solutions", "*.py")
    assert [
        name for name in figures.__all__ if f"figures.{name}(" not in tests or f"figures.{name}(" not in lessons
    ] == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_is_valid_small_and_has_no_library_inside(shown, name):
    assert DRAWINGS[name]() is None
    bundle = shown[0]
    assert set(bundle) == {PLOTLY, "text/html", "text/plain"}
    go.Figure(bundle[PLOTLY]["data"], bundle[PLOTLY]["layout"])  # raises for anything plotly does not know
    assert sum(len(json.dumps(form)) for form in bundle.values()) < 20_000
    assert bundle["text/html"].count("<script>") == bundle["text/html"].count("</script>") == 1
    assert bundle["text/plain"].strip()


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_reads_on_light_and_dark_and_names_its_axes(shown, name):
    DRAWINGS[name]()
    layout = shown[0][PLOTLY]["layout"]
    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    level = int(layout["font"]["color"][1:3], 16)
    assert 110 < level < 160  # a mid grey: enough contrast on white and on near-black
    assert layout["title"]["text"]
    named = [key for key in layout if re.match(r"[xy]axis", key) and layout[key]["title"]["text"]]
    assert named or name == "emoji_table"


def test_the_page_draws_the_same_data_and_cannot_be_broken_by_a_label(shown):
    figures.attention_heatmap([[1.0, 0.0]], tokens=["</script>"], keys=["a", "b"])
    page = shown[0]["text/html"]
    assert page.count("</script>") == 1
    spec = json.loads(re.search(r"const spec=(.*),draw=function", page)[1])
    assert spec == shown[0][PLOTLY]


def test_in_colab_only_the_page_is_sent(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    DRAWINGS["attention_heatmap"]()
    assert set(shown[0]) == {"text/html", "text/plain"}


def test_a_heatmap_shows_the_weights_row_by_row_and_repeated_tokens_apart(shown):
    weights = torch.tensor([[0.25, 0.75], [0.5, 0.5]])
    figures.attention_heatmap(lambda: weights, "aa")
    spec = shown[0][PLOTLY]
    assert spec["data"][0]["z"] == weights.tolist()
    assert spec["layout"]["xaxis"]["tickvals"] == [0, 1] and spec["layout"]["xaxis"]["ticktext"] == ["a", "a"]
    assert spec["layout"]["yaxis"]["autorange"] == "reversed"


def test_masks_sets_yours_beside_full_attention(shown):
    figures.masks(lambda: torch.ones(3, 3, dtype=torch.bool).tril(), "abc")
    full, mine = (trace["z"] for trace in shown[0][PLOTLY]["data"])
    assert full == [[1.0] * 3] * 3 and mine == [[1.0, 0, 0], [1.0, 1, 0], [1.0, 1, 1]]


def test_parameter_counts_asks_for_the_published_sizes(shown):
    asked = []
    figures.parameter_counts(lambda *sizes: asked.append(sizes) or 10**9)
    assert asked[0] == (12, 768, 50257, 1024) and asked[3][:2] == (48, 1600) and asked[4] == (96, 12288, 50257, 2048)


@pytest.mark.parametrize(
    ("compute", "line"),
    [(unwritten, "finish the exercise"), (lambda: 1 / 0, "raised ZeroDivisionError"), (lambda: None, "returned None")],
)
def test_an_unfinished_exercise_gets_a_friendly_line_not_an_error(shown, compute, line):
    figures.attention_heatmap(compute)
    figures.masks(compute, "abc")
    figures.parameter_counts(lambda *sizes: compute())
    assert len(shown) >= 2 and all(PLOTLY not in bundle for bundle in shown)
    assert line in shown[0]["text/plain"] and line in shown[1]["text/plain"]


def test_numbers_that_cannot_be_drawn_are_refused():
    with pytest.raises(ValueError, match="2 axes"):
        figures.attention_heatmap(torch.rand(2, 3, 3))
    with pytest.raises(ValueError, match="do not fit"):
        figures.attention_heatmap(torch.rand(3, 3), tokens="ab")
    with pytest.raises(ValueError, match="3 × 3"):
        figures.masks(torch.ones(2, 2), "abc")


def test_the_diagram_is_well_formed_and_draws_every_number(shown):
    figures.heads_diagram(6, 3)
    root = ElementTree.fromstring(shown[0]["image/svg+xml"])
    cells = [node for node in root.iter() if node.tag.endswith("rect")]
    assert len(cells) == 1 + (6 + 18 + 6) + (6 + 6 + 6)  # the background, the wide panel, the narrow one
    width = float(root.get("width"))
    assert all(float(cell.get("x", 0)) + float(cell.get("width")) <= width for cell in cells)
    with pytest.raises(ValueError, match="divide"):
        figures.heads_diagram(7, 3)


def test_emoji_vectors_are_those_of_the_table():
    vectors = figures.emoji_vectors("🐞🎈🐟")
    assert vectors.shape == (3, 6) and vectors.dtype == torch.float32
    assert (vectors @ vectors.T).tolist() == [[4, 3, 1], [3, 3, 0], [1, 0, 2]]
    assert emoji.products("🐞🎈🐟") == [[4, 3, 1], [3, 3, 0], [1, 0, 2]]
    with pytest.raises(ValueError, match="No vector"):
        figures.emoji_vectors("🐞x")


def test_no_two_emoji_have_the_same_vector():
    assert len(set(emoji.EMOJI.values())) == len(emoji.EMOJI)


def test_every_game_has_one_right_answer():
    for seed in range(200):
        hidden, choices = emoji.deal(seed)
        assert len(set(choices)) == emoji.CHOICES
        assert [emoji.products(choice) == emoji.products(hidden) for choice in choices].count(True) == 1
        assert len(set(hidden)) == emoji.LENGTH
        assert (hidden, choices) == emoji.deal(seed)


def test_the_game_explains_a_wrong_choice_by_a_cell_that_differs(shown):
    figures.emoji_game(3)
    hidden, choices = emoji.deal(3)
    drawn, asked = shown
    rows = drawn[PLOTLY]["data"][0]["z"]
    assert rows == emoji.products(hidden)
    assert hidden not in json.dumps(drawn, ensure_ascii=False)
    explained = re.findall(r"cell \((\d), (\d)\) would be (\d), but it is (\d)", asked["text/plain"])
    assert len(explained) == emoji.CHOICES - 1
    wrong = [choice for choice in choices if choice != hidden]
    for choice, (i, j, theirs, right) in zip(wrong, explained, strict=True):
        row, column = int(i) - 1, int(j) - 1
        assert emoji.products(choice)[row][column] == int(theirs) != int(right) == rows[row][column]


def test_figures_load_without_plotly():
    code = "import sys, helpers.figures; sys.exit('plotly' in sys.modules or 'IPython' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_quiz_stays_a_function_after_the_figures_are_loaded():
    code = "from helpers import figures, quiz; import sys; sys.exit(not callable(quiz))"
    subprocess.run([sys.executable, "-c", code], check=True)
