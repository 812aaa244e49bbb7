"""Lab 5's stages, veil, form and figures: friendly refusals, nothing shown unasked, right numbers."""

from __future__ import annotations

import ast
import html
import json
import math
import re
import sys
import types
from html.parser import HTMLParser

import ipywidgets
import plotly.graph_objects as go
import pytest
import torch

from autograder import reference
from autograder.exercises import Draw
from autograder.lessons import lesson
from helpers import attack, attack_form, figures, forms, veil
from helpers.driver import run_case
from helpers.figures import canvas

LAB = "05_toxic_attack"
PLOTLY = "application/vnd.plotly.v1+json"
HITS = [
    ("Once <b>Anna</b> & the wolf met", {"toxicity": 0.31, "insult": 0.72}),
    ("Once upon\na hill", {"toxicity": 0.93, "insult": 0.2}),
    ("Twice he came", {"toxicity": 0.5, "insult": 0.1}),
]


def refusal(name: str, student, case: int = 0) -> str:
    """What a student reads whose function is this, on one case of the exercise."""
    outcome = run_case({name: student}, reference.exercise_named(LAB, name).cases(Draw(1))[case])
    assert outcome.error is not None and outcome.error["type"] in ("Type", "Outputs")
    return outcome.error["message"]


def with_pairs(make):
    """A toxic_attack that draws one text and returns what `make` says of it and of the batch's scores."""

    def attack(generate, classify, context, iterations, batch_size, threshold):
        (text,) = generate(context, 1)
        return make(text, classify([text]))

    return attack


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (with_pairs(lambda text, scores: None), "Is a `return` missing?"),
        (with_pairs(lambda text, scores: {text: scores}), "a list of pairs (text, scores), but there is a dict"),
        (with_pairs(lambda text, scores: [text]), "a pair (text, scores), but one is a str"),
        (with_pairs(lambda text, scores: [(text, 0.5)]), "a dict label → number, but are a float"),
        (with_pairs(lambda text, scores: [(text, scores)]), "one number for each label, but hold lists"),
        (with_pairs(lambda text, scores: [(text, {"toxicity": 0.5})]), "all labels that classify gives"),
        (with_pairs(lambda text, scores: [(text[3:], scores)]), "is no text that generate gave"),
        (with_pairs(lambda text, scores: [(["a"], scores)]), "There should be a text, but there is a list"),
        (lambda generate, *_: generate("another", 1), "the context as it was given"),
        (lambda generate, classify, context, *_: generate(context, 2.5), "takes a whole number n, not 2.5"),
        (lambda generate, classify, context, *_: generate(context, -1), "or for fewer than none"),
        (lambda generate, classify, *_: classify(7), "a list of texts, or one text, not an int"),
        (lambda generate, classify, *_: classify(["made up"]), "is no text that generate gave"),
    ],
)
def test_a_result_of_another_form_is_refused_in_plain_words(student, words: str) -> None:
    assert words in refusal("toxic_attack", student)


def test_a_loop_without_end_is_ended() -> None:
    def guard(generate, classify, context, threshold, max_tries):
        while True:
            generate(context, 1)

    assert "more than 2000 texts" in refusal("safe_generate", guard)

    def nothing_drawn(generate, classify, context, iterations, batch_size, threshold):
        while True:
            generate(context, 0)

    assert "more than 2000 texts" in refusal("toxic_attack", nothing_drawn)


def test_scores_may_come_as_any_kind_of_number_and_in_any_order() -> None:
    import numpy as np

    exercise = reference.exercise_named(LAB, "toxic_attack")
    right = reference._namespace(LAB)["toxic_attack"]

    def odd(*arguments):
        hits = right(*arguments)
        kinds = (np.float64, torch.tensor, float)
        return tuple(
            [text, {label: kinds[i % 3](scores[label]) for i, label in enumerate(sorted(scores))}]
            for text, scores in hits
        )

    for case in exercise.cases(Draw(3)):
        mine, wanted = run_case({"toxic_attack": odd}, case), run_case({"toxic_attack": right}, case)
        assert not mine.error and all(torch.allclose(mine.arrays[name], a) for name, a in wanted.arrays.items())


class Page(HTMLParser):
    """What a reader sees before any click, what each click opens, and every tag with its attributes."""

    def __init__(self, page: str):
        super().__init__()
        self.closed, self.opened, self.tags, self._stack = "", [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._stack.append(tag)
        if tag == "details":
            self.opened.append("")

    def handle_endtag(self, tag):
        assert self._stack.pop() == tag, "every tag is closed in its place"

    def handle_data(self, data):
        if "details" in self._stack and "summary" not in self._stack:
            self.opened[-1] += data
        else:
            self.closed += data


def test_no_word_of_a_model_shows_before_it_is_opened() -> None:
    page = Page(veil.texts_html(HITS, "Once"))
    assert page.opened == [HITS[1][0], HITS[0][0], HITS[2][0]], "the highest scores first, and whole"
    visible = re.findall(r"[A-Za-z]+", page.closed)
    assert set(visible) <= {"Once", "toxicity", "insult"}, "the context is ours"
    assert [float(number) for number in re.findall(r"\d\.\d\d", page.closed)] == [0.93, 0.72, 0.5]
    assert "█" in page.closed
    plain = veil.texts_plain(HITS)
    assert not set(re.findall(r"[A-Za-z]+", plain)) - {"toxicity", "insult", "letters", "not", "shown"}


def test_the_veil_needs_no_script_and_no_style_sheet() -> None:
    page = Page(veil.texts_html(HITS, "Once"))
    assert {tag for tag, _ in page.tags} == {"div", "details", "summary", "span", "b"}
    assert all(set(attributes) <= {"style", "aria-hidden"} for _, attributes in page.tags)
    assert not any("open" in attributes for tag, attributes in page.tags if tag == "details")
    assert "<b>Anna" not in veil.texts_html(HITS, "Once") and html.escape("<b>Anna</b> &") in veil.texts_html(HITS)


def test_of_many_texts_only_the_worst_are_shown_and_the_rest_are_counted() -> None:
    many = [(f"text {i}", {"toxicity": i / 20}) for i in range(20)]
    page = Page(veil.texts_html(many, most=3))
    assert page.opened == ["text 19", "text 18", "text 17"] and "and 17 more" in page.closed
    assert "and 17 more" in veil.texts_plain(many, most=3) and veil.texts_plain([]) == "no texts"


SETTINGS = {"context": "Once", "max_length": 20, "top_k": 5, "iterations": 100, "threshold": 0.5}


def test_a_run_is_reported_with_its_uncertainty_and_with_what_it_does_not_show() -> None:
    asked = []
    card = attack_form.attack_card(lambda **settings: asked.append(settings) or HITS, **SETTINGS)
    assert asked == [SETTINGS]
    assert "3 of 100 texts reach 0.5, which is 3.0% (95% interval: 1.0% to 8.5%)" in card.text
    assert "does not show" in card.html and "does not show" in card.text and "Anna" not in card.text


@pytest.mark.parametrize("error", [NotImplementedError(), RuntimeError("no"), KeyError("x")])
def test_an_unfinished_attack_gets_a_line_and_no_traceback(error: Exception) -> None:
    def run(**_):
        raise error

    card = attack_form.attack_card(run, **SETTINGS)
    assert ("uses your own work" if isinstance(error, NotImplementedError) else type(error).__name__) in card.text
    assert "could not end" in attack_form.attack_card(lambda **_: None, **SETTINGS).text


def test_the_interval_holds_the_true_share_about_95_times_in_100() -> None:
    for n, p in ((100, 0.03), (200, 0.1), (400, 0.02), (50, 0.5)):
        held = 0.0
        for hits in range(n + 1):
            low, high = attack_form.interval(hits, n)
            assert 0 <= low <= hits / n + 1e-12 and hits / n - 1e-12 <= high <= 1
            if low <= p <= high:
                held += math.exp(
                    math.lgamma(n + 1) - math.lgamma(hits + 1) - math.lgamma(n - hits + 1)
                    + hits * math.log(p) + (n - hits) * math.log1p(-p)
                )  # fmt: skip
        assert 0.91 < held < 0.99, (n, p)


def test_the_button_runs_the_attack_with_the_dials_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, asked = [], []
    monkeypatch.setattr("IPython.display.display", lambda data, raw=False: shown.append(data))
    monkeypatch.setattr("IPython.get_ipython", lambda: types.SimpleNamespace(kernel=object()))

    def run(**settings):
        asked.append(settings)
        return HITS[: len(asked)]

    attack_form.attack_form(run, **SETTINGS)
    (bundle,) = shown
    assert "Anna" in "".join(Page(bundle["text/html"]).opened), "a page without a kernel keeps the result"
    model = bundle[forms.WIDGET]["model_id"]
    panel = ipywidgets.widget_serialization["from_json"](f"IPY_MODEL_{model}", None)
    *dials, button, answer = panel.children
    dials[0].value, dials[3].value = "Twice", 400
    button.click()
    assert asked[1] == SETTINGS | {"context": "Twice", "iterations": 400}
    assert "2 of 400 texts" in answer.value and len(shown) == 1


def test_in_colab_the_cell_is_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = []
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(forms, "show", cards.append)
    attack_form.attack_form(lambda **_: HITS, **SETTINGS)
    assert len(cards) == 1 and "3 of 100" in cards[0].text


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """The mime bundles that a notebook would get, in order."""
    bundles = []
    monkeypatch.setattr(canvas, "show", lambda card: bundles.append(card._repr_mimebundle_()))
    return bundles


def metrics(scores, threshold):
    return reference._namespace(LAB)["toxicity_metrics"](scores, threshold)


def curve(scores, labels, thresholds):
    return reference._namespace(LAB)["threshold_curve"](scores, labels, thresholds)


GROUPS = {"gentle": torch.rand(3, 8) ** 3, "cross": torch.rand(2, 8)}
DRAWINGS = {
    "at_least_one": lambda: figures.at_least_one(),
    "base_rates": lambda: figures.base_rates(0.8, 0.02, 0.4),
    "more_samples": lambda: figures.more_samples(metrics, GROUPS, 0.5),
    "score_bars": lambda: figures.score_bars({"I am tall.": 0.1, "I am <i>.": 0.7}, "Two sentences"),
    "score_histogram": lambda: figures.score_histogram([0.0, 0.01, 0.02, 0.5, 0.51, 1.0], 0.5),
    "threshold_curves": lambda: figures.threshold_curves(curve, torch.rand(20), torch.arange(20) % 2 == 0),
    "tries": lambda: figures.tries([1, 1, 2, 4], 0.5),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_is_valid_and_says_what_it_does_not_show(drawn: list[dict], name: str) -> None:
    assert DRAWINGS[name]() is None
    (bundle,) = drawn
    spec = bundle[PLOTLY]
    go.Figure(spec["data"], spec["layout"])  # raises for anything plotly does not know
    json.dumps(spec, allow_nan=False)
    assert sum(len(json.dumps(form)) for form in bundle.values()) < 30_000
    assert "Not shown" in spec["layout"]["annotations"][0]["text"] and "Not shown" in bundle["text/plain"]
    assert spec["layout"]["paper_bgcolor"] == spec["layout"]["plot_bgcolor"] == "rgba(0,0,0,0)"


@pytest.mark.parametrize("answer", ["unwritten", "nothing", "one number", "crash"])
def test_an_unfinished_exercise_gets_a_friendly_line_not_an_error(drawn: list[dict], answer: str) -> None:
    def student(*_):
        if answer == "unwritten":
            raise NotImplementedError
        if answer == "crash":
            raise RuntimeError("no")
        return None if answer == "nothing" else 0.5

    figures.more_samples(student, GROUPS, 0.5)
    figures.more_samples(metrics, {}, 0.5)
    figures.threshold_curves(student, torch.rand(5), torch.ones(5).bool())
    assert len(drawn) == 3 and not any(PLOTLY in bundle for bundle in drawn)


def test_more_samples_deals_them_out_in_groups_and_never_falls(drawn: list[dict]) -> None:
    figures.more_samples(metrics, GROUPS, 0.5)
    first, second = drawn[0][PLOTLY]["data"][:2]
    assert first["x"] == [1, 2, 4, 8] and first["name"] == "gentle"
    scores = GROUPS["gentle"]
    wanted = [
        scores.mean(),
        scores.view(-1, 2).amax(1).mean(),
        scores.view(-1, 4).amax(1).mean(),
        scores.amax(1).mean(),
    ]
    assert first["y"] == pytest.approx([float(value) for value in wanted], abs=1e-3)
    assert second["y"][0] == pytest.approx(float((scores >= 0.5).float().mean()), abs=1e-3)
    for trace in drawn[0][PLOTLY]["data"]:
        assert trace["y"] == sorted(trace["y"])


def test_the_histogram_counts_every_text_once(drawn: list[dict]) -> None:
    values = [*torch.rand(500).tolist(), 0.0, 1.0]
    figures.score_histogram(values, 0.5)
    assert sum(count or 0 for count in drawn[0][PLOTLY]["data"][0]["y"]) == 502
    reached = sum(value >= 0.5 for value in values)
    assert f"502 texts: {reached} reach 0.5" in drawn[0]["text/plain"]


def test_precision_follows_the_base_rate_by_bayes(drawn: list[dict]) -> None:
    figures.base_rates(0.9, 0.01, 0.5)
    assert "1 in 1,000: precision 0.083" in drawn[0]["text/plain"], "quiz 4's 900 of 10,890"
    assert drawn[0][PLOTLY]["data"][1]["y"][0] == pytest.approx(0.45 / 0.455)


def test_rare_events_add_up(drawn: list[dict]) -> None:
    figures.at_least_one([0.01])
    trace = drawn[0][PLOTLY]["data"][0]
    place = trace["x"].index(100.0)
    assert trace["y"][place] == pytest.approx(1 - 0.99**100, abs=1e-4)


def assigned(name: str):
    """What the lesson gives this name, where that is plain data."""
    for cell in lesson(LAB).cells:
        for node in ast.parse(cell.source).body if cell.cell_type == "code" else ():
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name:
                return ast.literal_eval(node.value)
    raise KeyError(name)


def test_the_lesson_shows_what_it_claims_on_the_models_that_are_shipped() -> None:
    from helpers.models import load_language_model
    from helpers.toxicity import held_out, load_toxicity_classifier

    torch.set_num_threads(1)
    answers = reference._namespace(LAB)
    model, tokenizer = load_language_model("small-gpt2")
    classify, largest = attack.scorer(load_toxicity_classifier("small")), answers["max_toxicity"]
    prompts, context = assigned("prompts"), assigned("context")
    own = largest(classify([context, *prompts["gentle"], *prompts["cross"]]))
    assert max(own) < 0.3, "what is flagged is the model's doing"

    hits = answers["toxic_attack"](attack.generator(model, tokenizer, 40, 50, seed=0), classify, context, 200, 50, 0.5)
    assert 0 < len(hits) < 40
    generate, worst = attack.generator(model, tokenizer, 32, 50, seed=1), {}
    for name, starts in prompts.items():
        scores = torch.tensor([largest(classify(generate(start, 32))) for start in starts])
        worst[name], _ = answers["toxicity_metrics"](scores, 0.5)
        assert worst[name] > 2 * scores.mean(), "a mild mean hides a bad maximum"
    assert worst["cross"] > 1.2 * worst["gentle"]

    identity = [largest(classify(f"I am a {word} person.")) for word in assigned("words")]
    assert max(identity) > 3 * min(identity)
    probes = {name: largest(classify(text)) for name, text in assigned("probes").items()}
    assert min(probes["as it is"], probes["denied"], probes["quoted"]) >= 0.5
    assert min(probes[name] for name in ("a digit", "spaces", "stretched", "with a star")) < 0.5
    assert max(probes["no rude word"], probes["irony"]) < 0.5
    sentences = held_out()
    judged = torch.tensor(largest(classify([sentence.text for sentence in sentences])))
    flagged = {
        kind: (judged[torch.tensor([one.kind == kind for one in sentences])] >= 0.5).float().mean()
        for kind in ("plain", "identity")
    }
    assert flagged["identity"] > 2 * flagged["plain"]
