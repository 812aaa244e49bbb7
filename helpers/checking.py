"""`check("SelfAttention")`: what a student calls after each exercise."""

from __future__ import annotations

import sys
from typing import Any

from helpers import cards, records
from helpers.driver import run_case
from helpers.judging import Judgement, judge
from helpers.published import catalogue, example


def examine(name: str, namespace: dict[str, Any], device: str = "cpu") -> Judgement:
    """Runs `namespace[name]` on the published examples and judges it. Raises KeyError for an unknown exercise."""
    published = example(name)
    # A deep copy is not needed: run_case clones every tensor before the student's code sees it.
    outcomes = [run_case(namespace, case, device) for case in published.cases]
    return judge(
        name,
        published.points,
        published.cases,
        outcomes,
        published.expected,
        lambda: published.wrong,
        published.hints,
    )


def check(name: str, *, traceback: bool = False) -> None:
    """Tries your answer on worked examples and shows what it found.

    name:      the exercise, for example "SelfAttention"; your object of that name in the notebook is used
    traceback: True also prints where in your code an error came from
    """
    if name not in catalogue():
        cards.show(cards.note(f"There is no exercise called {name!r}. There are: {', '.join(catalogue())}."))
        return
    judgement = examine(name, sys._getframe(1).f_globals)
    saved = records.record(judgement)
    cards.show(cards.verdict_card(judgement, traceback=traceback))
    if not saved:
        cards.show(cards.note("Your progress could not be saved here; it will be lost when the kernel restarts."))


def require(name: str) -> None:
    """As `check`, but silent, and raises AssertionError unless every published example passes: for nbgrader's cells."""
    judgement = examine(name, sys._getframe(1).f_globals)
    if judgement.status != "passed":
        # One line: nbgrader shows it in the feedback. `from None` keeps the machinery out of the student's sight.
        raise AssertionError(" ".join(filter(None, [judgement.message, judgement.detail]))) from None
