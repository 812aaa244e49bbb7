"""A quiz explains every choice, in HTML that survives any front end, and refuses a malformed one in one line."""

import re
from html.parser import HTMLParser

import pytest
from IPython.utils.capture import RichOutput

from helpers import quiz

CHOICES = [
    ("one & only", True, "Because `a < b` holds."),
    ("<b>two</b>", False, "Because it does not."),
    ("three", False, "Nor this."),
]


@pytest.fixture
def shown(monkeypatch):
    """The card that a notebook would get."""
    cards = []
    monkeypatch.setitem(quiz.__globals__, "show", cards.append)
    return cards


class Nesting(HTMLParser):
    """Raises where tags do not nest; collects what the page would load or run."""

    def __init__(self, page: str):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_choice_opens_on_its_own_explanation(shown):
    assert quiz("Which?", CHOICES) is None
    page = shown[0].html
    blocks = re.findall(r"<details.*?</details>", page)
    assert len(blocks) == 3
    for block, (_, right, _) in zip(blocks, CHOICES, strict=True):
        assert ("✓ Right." in block) is right
        assert ("✗ Not this one." in block) is not right
    assert "Nor this." in blocks[2] and "Nor this." not in blocks[1]
    assert "More than one" not in page


def test_right_and_wrong_are_told_apart_by_colour_too(shown):
    quiz("Which?", CHOICES)
    tints = re.findall(r"border-left:5px solid (rgb\([\d,]+\))", shown[0].html)
    assert tints[1] == tints[2] != tints[0]


def test_the_page_nests_and_needs_no_script_style_sheet_or_network(shown):
    quiz("Is `x <= y`?", CHOICES)
    tags = Nesting(shown[0].html).seen
    assert {tag for tag, _ in tags} <= {"div", "details", "summary", "b", "br", "code"}
    assert all(set(attrs) <= {"style"} for _, attrs in tags)


def test_texts_are_escaped_and_code_is_set_as_code(shown):
    quiz("Is `x <= y`?\n\nThink.", CHOICES)
    page = shown[0].html
    assert "&lt;b&gt;two&lt;/b&gt;" in page and "<b>two" not in page
    assert re.search(r"<code[^>]*>x &lt;= y</code>\?<br><br>Think\.", page)


def test_a_terminal_gets_the_choices_before_the_answers(shown):
    quiz("Which?", CHOICES)
    question, answers = shown[0].text.split("Answers:")
    assert question.startswith("Which?") and "  c) three" in question and "Nor this." not in question
    assert "a) right: Because" in answers and "c) wrong: Nor this." in answers


def test_several_right_choices_are_announced(shown):
    quiz("Which?", [CHOICES[0], ("also", True, "This too.")])
    assert "More than one is right." in shown[0].html


def test_the_choices_may_be_a_tuple_and_lists(shown):
    quiz("Which?", tuple(list(choice) for choice in CHOICES))
    assert shown[0].html.count("<details") == 3


def test_without_a_notebook_it_prints_to_stdout_only(capsys):
    quiz("Which?", CHOICES)
    printed = capsys.readouterr()
    assert "a) one & only" in printed.out and printed.err == ""


def test_in_a_notebook_it_displays_both_forms(monkeypatch):
    import IPython
    import IPython.display

    seen = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    monkeypatch.setattr(IPython.display, "display", lambda forms, raw: seen.append((forms, raw)))
    quiz("Which?", CHOICES)
    ((forms, raw),) = seen
    assert raw and set(RichOutput(forms).data) == {"text/html", "text/plain"}


@pytest.mark.parametrize(
    ("question", "choices", "line"),
    [
        ("", CHOICES, "needs a question"),
        (3, CHOICES, "needs a question"),
        ("Which?", [], "two or more"),
        ("Which?", CHOICES[:1], "two or more"),
        ("Which?", "ab", "two or more"),
        ("Which?", {"a": "b", "c": "d"}, "two or more"),
        ("Which?", None, "two or more"),
        ("Which?", [CHOICES[0], ("b", "why", False)], "Choice 2 should be"),
        ("Which?", [CHOICES[0], ("b", 0, "why")], "Choice 2 should be"),
        ("Which?", [CHOICES[0], ("b", False)], "Choice 2 should be"),
        ("Which?", [CHOICES[0], None], "Choice 2 should be"),
        ("Which?", [CHOICES[0], ("b", False, " ")], "no explanation"),
        ("Which?", [CHOICES[0], ("", False, "why")], "empty text"),
        ("Which?", [CHOICES[0], CHOICES[0]], "same text"),
        ("Which?", CHOICES[1:], "None of the quiz's choices is right"),
    ],
)
def test_a_malformed_quiz_is_refused_in_one_line(shown, question, choices, line):
    with pytest.raises(ValueError, match=line) as refused:
        quiz(question, choices)
    assert "\n" not in str(refused.value) and not shown
