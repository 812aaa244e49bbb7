"""Lab 4's forms and figures, and the model that remembers what it has read."""

from __future__ import annotations

import math
import sys
import types
import xml.etree.ElementTree as ElementTree

import ipywidgets
import plotly.graph_objects as go
import pytest
import torch

from helpers import as_logits, cards, figures, forms, load_language_model
from helpers.figures import canvas
from helpers.written import log_probability, repeated, texts_card

PLOTLY = "application/vnd.plotly.v1+json"


@pytest.fixture(scope="module")
def small():
    return load_language_model("small-gpt2")


@pytest.fixture
def shown(monkeypatch):
    """The mime bundles that a notebook would get, in order."""
    bundles = []
    for module in (canvas, forms):
        monkeypatch.setattr(module, "show", lambda card: bundles.append(card._repr_mimebundle_()))
    return bundles


@pytest.fixture
def front_end(monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw=False: displayed.append(data))
    monkeypatch.setattr("IPython.get_ipython", lambda: types.SimpleNamespace(kernel=object()))
    return displayed


def panel_of(bundle):
    return ipywidgets.widget_serialization["from_json"](f"IPY_MODEL_{bundle[forms.WIDGET]['model_id']}", None)


def test_remembering_changes_nothing_but_the_time(small) -> None:
    """Longer texts, texts that branch as beams do, the same again, shorter ones, others; what it gave is changed meanwhile."""
    model, tokenizer = small
    quick, slow = as_logits(model), as_logits(model, remember=False)
    chance = torch.Generator().manual_seed(0)

    def tokens(*shape: int) -> torch.Tensor:
        return torch.randint(len(tokenizer), shape, generator=chance)

    ids, new = tokens(1, 5), (1, 1, 3, 0, 1, 2, 1)
    for step in range(28):
        found = quick(ids)
        torch.testing.assert_close(found, slow(ids), rtol=1e-4, atol=1e-4)
        found.zero_()
        rows = torch.randint(len(ids), (1 + step % 4,), generator=chance)
        ids = torch.cat([ids[rows], tokens(len(rows), new[step % 7])], dim=1)
        if step % 9 == 8:
            ids = ids[:, :-3] if step % 2 else tokens(2, 4)


def test_a_text_read_on_costs_only_what_is_new(small, monkeypatch) -> None:
    model, _ = small
    read, forward = [], model.forward
    monkeypatch.setattr(model, "forward", lambda *a, **k: read.append(tuple(k["input_ids"].shape)) or forward(*a, **k))
    logits = as_logits(model)
    ids = torch.tensor([[1, 2, 3, 4]])
    logits(ids)
    logits(torch.cat([ids.repeat(3, 1), torch.tensor([[5], [6], [7]])], dim=1))
    logits(torch.tensor([[1, 2, 3, 4, 6]]))
    logits(torch.tensor([[1, 2, 3, 4, 8]]))
    assert read == [(1, 4), (3, 1), (1, 5)]


def test_after_an_error_it_reads_afresh(small, monkeypatch) -> None:
    model, _ = small
    logits, ids = as_logits(model), torch.tensor([[1, 2, 3]])
    right = logits(ids)
    with monkeypatch.context() as patch:
        patch.setattr(model, "forward", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            logits(torch.tensor([[1, 2, 3, 4]]))
    torch.testing.assert_close(logits(ids), right)


def test_a_card_tells_how_likely_each_text_is(small) -> None:
    model, tokenizer = small
    logits = as_logits(model)
    prompt = tokenizer("Once upon a time", return_tensors="pt")["input_ids"]
    whole = tokenizer("Once upon a time a < b & a < b & a < b &", return_tensors="pt")["input_ids"]
    t, n = prompt.shape[1], whole.shape[1]
    labels = whole.clone()
    labels[:, :t] = -100
    loss = model(whole, labels=labels).loss.item()  # the library's own mean over what follows the prompt
    assert log_probability(logits, whole[0], t) == pytest.approx(-loss * (n - t), rel=1e-4)

    def fails() -> torch.Tensor:
        raise KeyError("no")

    def unwritten() -> torch.Tensor:
        raise NotImplementedError

    writers = {
        "ids": lambda: whole[0],
        "a batch": lambda: whole.repeat(2, 1),
        "beams": lambda: [(whole[0], -1.0), (prompt[0], 0.0)],
        "fails": fails,
        "unwritten": unwritten,
        "nothing": lambda: None,
        "another": lambda: whole[0].flip(0),
    }
    card = texts_card(writers, prompt, logits, tokenizer)
    lines = card.text.splitlines()
    assert f"ids: log P = {-loss * (n - t):.1f}, ".replace("-", "−") in card.text
    assert f"for each of {n - t} tokens; {repeated(whole[0].tolist()):.0%} of 4-grams repeated" in lines[0]
    assert "a batch, 2 of 2: " in card.text and "beams, 2 of 2: nothing added" in lines
    assert "fails: it raised KeyError. Its check says more." in lines
    assert any(line.startswith("unwritten: not written yet") for line in lines)
    assert "nothing: it raised TypeError. Its check says more." in lines
    assert "another: it does not begin with the prompt" in lines
    assert "a &lt; b &amp; a" in card.html and "a < b" not in card.html and "Traceback" not in card.text


def test_repetition_is_the_share_of_n_grams_seen_before() -> None:
    assert repeated([1, 2, 1, 2, 1, 2], 2) == pytest.approx(3 / 5)
    assert repeated([1, 2, 3], 4) == 0 and repeated(list(range(9))) == 0


def echo(**values: object) -> cards.Card:
    if values["context"] == "":
        raise ValueError("the context is empty")
    return cards.Card(f"<p>{values}</p>", str(values))


def test_a_form_has_a_dial_for_each_value_and_makes_the_card_anew(front_end) -> None:
    forms.show_form(echo, context="Once", max_length=40, temperature=0.7)
    (bundle,) = front_end
    *dials, button, answer = panel_of(bundle).children
    assert [dial.value for dial in dials] == ["Once", 40, 0.7] and "40" in bundle["text/html"]
    dials[0].value, dials[1].value = "Twice", 300
    assert dials[1].value == 200  # the largest
    assert "Twice" not in answer.value
    button.click()
    assert "Twice" in answer.value and "200" in answer.value and not button.disabled
    dials[0].value = ""
    button.click()
    assert "This does not work: the context is empty." in answer.value


def test_a_context_that_leaves_no_room_has_one_clear_line(shown) -> None:
    def write(context: str, max_length: int) -> tuple:
        return torch.ones(1, len(context), dtype=torch.int64), {}

    for context, line in (
        ("", "the context is empty."),
        ("abcdef", "the context has 6 tokens already, and the text may have 6."),
    ):
        forms.texts(write, None, None, context=context, max_length=6)
        assert shown.pop()["text/plain"] == f"This does not work: {line}"


def test_a_form_stretches_its_range_to_the_value_it_starts_with(front_end) -> None:
    forms.show_form(echo, context="x", max_length=512)
    assert panel_of(front_end[0]).children[1].max == 512
    with pytest.raises(KeyError):
        forms.show_form(echo, context="x", weight=1)


def test_in_colab_its_own_fields_are_the_dials(shown, front_end, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    forms.show_form(echo, context="Once", max_length=40)
    assert front_end == [] and "Once" in shown[0]["text/html"]


def test_without_a_kernel_the_card_is_shown_as_it_is(shown, front_end, monkeypatch) -> None:
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    forms.show_form(echo, context="Once", max_length=40)
    assert front_end == [] and "Once" in shown[0]["text/html"]


@pytest.fixture(scope="module")
def drawings(small):
    model, tokenizer = small
    logits = as_logits(model)
    ids = tokenizer("Once upon a time there was a", return_tensors="pt")["input_ids"]
    row = logits(ids)[0, -1]
    keep = {"most": lambda z: z, "few": lambda z: z.masked_fill(z < z.topk(3).values[..., -1:], -math.inf)}
    return {
        "next_tokens": lambda: figures.next_tokens(row, tokenizer, "Once upon a time there was a"),
        "token_probabilities": lambda: figures.token_probabilities({"a": [0.5, 0.1, 1e-20], "b": [1.0, 0.9, 0.8]}),
        "filtered_tokens": lambda: figures.filtered_tokens({"x": row, "y": 9 * row}, keep["few"], keep["most"]),
        "methods": lambda: figures.methods({"the author": (-3.0, 0.0), "greedy": (-1.0, 0.6)}),
        "cache_times": lambda: figures.cache_times([10, 20], {"without": [0.1, 0.3], "with": [0.1, 0.2]}),
        "beam_tree": lambda: figures.beam_tree(logits, tokenizer, ids, num_beams=3, steps=4),
    }


@pytest.mark.parametrize("name", ["next_tokens", "token_probabilities", "filtered_tokens", "methods", "cache_times"])
def test_a_figure_is_valid_and_small(shown, drawings, name) -> None:
    drawings[name]()
    bundle = shown[0]
    go.Figure(bundle[PLOTLY]["data"], bundle[PLOTLY]["layout"])  # raises for anything plotly does not know
    assert len(str(bundle)) < 30_000 and bundle["text/plain"].strip()
    assert bundle[PLOTLY]["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"


def test_filters_are_told_apart(shown, drawings) -> None:
    drawings["filtered_tokens"]()
    bars = {(t["name"], t.get("xaxis", "x")): [y for y in t["y"] if y is not None] for t in shown[0][PLOTLY]["data"]}
    assert len(bars["kept by both", "x"]) == len(bars["kept by both", "x2"]) == 3
    assert len(bars["top-p only", "x"]) == 27 and not bars["top-k only", "x"] and not bars["dropped by both", "x"]


def test_a_filter_that_is_not_written_yet_has_a_friendly_line(shown) -> None:
    def unwritten(z: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    figures.filtered_tokens({"x": torch.randn(40)}, unwritten, unwritten)
    assert "finish the exercise above" in shown[0]["text/plain"]


def test_the_tree_holds_the_beams_of_each_step(shown, drawings, small) -> None:
    drawings["beam_tree"]()
    model, tokenizer = small
    ids = tokenizer("Once upon a time there was a", return_tensors="pt")["input_ids"]
    found = model.generate(
        ids, attention_mask=torch.ones_like(ids), num_beams=3, num_return_sequences=3, max_new_tokens=4,
        length_penalty=0.0, do_sample=False,
    )  # fmt: skip
    for text in found:
        assert repr(tokenizer.decode(text[ids.shape[1] :])) in shown[0]["text/plain"]
    drawing = ElementTree.fromstring(shown[0]["image/svg+xml"])
    boxes = [node for node in drawing.iter() if node.tag.endswith("rect")]
    assert len(boxes) == 1 + 4 * 5
