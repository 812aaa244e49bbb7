"""Quizzes that explain every choice: a question, and for each answer one may pick, why it is right or wrong.

The card is plain HTML with its styles inline and no script: `<details>` opens on a click in Colab, JupyterLab,
VS Code and an exported page alike, and works with a keyboard and a screen reader.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from helpers.cards import AMBER, GREEN, GREY, Card, show

Choice = tuple[str, bool, str]

# Text keeps the theme's own colour and tints are translucent, so that a quiz reads on light and on dark.
_CARD = (
    f"max-width:46em;margin:.6em 0;padding:.8em 1.1em;border:1px solid rgba({GREY},.45);border-radius:10px;"
    f"background:rgba({GREY},.08);line-height:1.5"
)
_ASIDE = "margin:.1em 0 .7em;opacity:.75;font-size:.9em"
_CHOICE = f"margin:.45em 0;border:1px solid rgba({GREY},.4);border-radius:7px"
_SUMMARY = "display:list-item;padding:.45em .8em;list-style-position:inside;cursor:pointer"
_ANSWER = "padding:.5em .8em;border-left:5px solid rgb({0});border-radius:0 0 7px 7px;background:rgba({0},.16)"
_CODE = f"padding:0 .25em;border-radius:3px;background:rgba({GREY},.22)"


def quiz(question: str, choices: Sequence[Choice]) -> None:
    """Shows a question whose choices each open, when clicked, on why they are right or wrong.

    question: the question; `code` between backticks is set as code, an empty line starts a new paragraph
    choices:  two or more of (choice, whether it is right, explanation); at least one is right

        quiz("What is the width of the moon, seen from here?", [
            ("Half a degree", True, "About as wide as the sun: that is why eclipses can be total."),
            ("Ten degrees", False, "That is your fist at arm's length."),
        ])

    Raises ValueError, in one line, when the question or a choice is not of this form.
    """
    checked = _checked(question, choices)
    show(Card(_html(question, checked), _text(question, checked)))


def _checked(question: str, choices: Sequence[Choice]) -> list[Choice]:
    if not isinstance(question, str) or not question.strip():
        raise ValueError("A quiz needs a question: a text that is not empty.")
    if isinstance(choices, (str, dict)) or not isinstance(choices, Sequence) or len(choices) < 2:
        raise ValueError("A quiz needs a list of two or more choices: (choice, True or False, explanation).")
    for number, choice in enumerate(choices, start=1):
        if not isinstance(choice, (tuple, list)) or [type(part) for part in choice] != [str, bool, str]:
            raise ValueError(f"Choice {number} should be (text, True or False, explanation), but is {choice!r}.")
        if not choice[0].strip() or not choice[2].strip():
            raise ValueError(f"Choice {number} has an empty text or no explanation.")
    texts = [text for text, _, _ in choices]
    if len(set(texts)) < len(texts):
        raise ValueError("Two choices of a quiz have the same text.")
    if not any(right for _, right, _ in choices):
        raise ValueError("None of the quiz's choices is right.")
    return [tuple(choice) for choice in choices]


def _html(question: str, choices: list[Choice]) -> str:
    rows = "".join(
        f'<details style="{_CHOICE}"><summary style="{_SUMMARY}">{_inline(text)}</summary>'
        f'<div style="{_ANSWER.format(GREEN if right else AMBER)}"><b>{"✓ Right." if right else "✗ Not this one."}</b> '
        f"{_inline(why)}</div></details>"
        for text, right, why in choices
    )
    several = sum(right for _, right, _ in choices) > 1
    aside = "More than one is right. " if several else ""
    return (
        f'<div style="{_CARD}"><div style="font-weight:600">{_inline(question)}</div>'
        f'<div style="{_ASIDE}">{aside}Pick one, then open the others too: each says why.</div>{rows}</div>'
    )


def _inline(text: str) -> str:
    """Escaped text with `code` and paragraphs."""
    escaped = html.escape(text.strip()).replace("\n\n", "<br><br>")
    return re.sub(r"`([^`]+)`", rf'<code style="{_CODE}">\1</code>', escaped)


def _text(question: str, choices: list[Choice]) -> str:
    """For a terminal: the answers come after the choices, so that one can think first."""
    letters = [chr(ord("a") + i) for i in range(len(choices))]
    asked = [f"  {letter}) {text}" for letter, (text, _, _) in zip(letters, choices, strict=True)]
    answers = [
        f"  {letter}) {'right' if right else 'wrong'}: {why}"
        for letter, (_, right, why) in zip(letters, choices, strict=True)
    ]
    return "\n".join([question, *asked, "", "Answers:", *answers])
