"""The right answers: the solution cells of a lab's source, and nothing else. There is no second copy.

Also what follows from them: the expected outcomes of cases, and those of each misconception (an edit of the cell).
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import torch
from torch import nn

from autograder.exercises import Exercise, exercises, given
from autograder.lessons import lesson
from helpers.driver import Case, Outcome, run_case

# Cases are small, and there may be a grader on every core: threads would only wait for each other.
torch.set_num_threads(1)

PRELUDE = "import math\nfrom collections.abc import Callable\nimport torch\nfrom torch import Tensor, nn\nimport torch.nn.functional as F\n"


@lru_cache
def sources(lab: str) -> dict[str, str]:
    """Solution cell by grade_id, as in the lab's source, markers included."""
    cells = (cell for cell in lesson(lab).cells if cell.metadata.get("nbgrader", {}).get("solution"))
    return {cell.metadata["nbgrader"]["grade_id"]: cell.source for cell in cells}


@lru_cache
def _namespace(lab: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": f"reference_{lab}"}
    exec(compile(PRELUDE, "<prelude>", "exec"), namespace)
    for earlier, names in given(lab).items():
        namespace |= {name: _namespace(earlier)[name] for name in names}
    for name, source in sources(lab).items():
        exec(compile(source, f"<solution of {name}>", "exec"), namespace)
    return namespace


@lru_cache
def _ready(lab: str, thread: int) -> dict[str, Any]:
    """The namespace, in which each module is made once for each size: a case puts in all of its parameters anyway.

    thread: whose modules these are; a worker of a cluster may grade in several at once
    """
    return {
        name: lru_cache(value) if isinstance(value, type) and issubclass(value, nn.Module) else value
        for name, value in _namespace(lab).items()
    }


def expected(lab: str, cases: list[Case]) -> list[Outcome]:
    """The right outcome of each case, computed in float64."""
    namespace = _ready(lab, threading.get_ident())
    return [run_case(namespace, case, dtype=torch.float64) for case in cases]


def wrong(lab: str, exercise: Exercise, cases: list[Case]) -> dict[str, list[Outcome]]:
    """The outcomes of each misconception of `exercise` and its variants, by name, case by case, in float64."""
    outcomes = {}
    for misconception in exercise.misconceptions:
        for name, code in misconception.sources(sources(lab)[exercise.name]).items():
            namespace = dict(_namespace(lab))
            exec(compile(code, f"<misconception {name}>", "exec"), namespace)
            outcomes[name] = [run_case(namespace, case, dtype=torch.float64) for case in cases]
    return outcomes


def hints(exercise: Exercise) -> dict[str, str]:
    """Each misconception's hint, by name."""
    return {misconception.name: misconception.hint for misconception in exercise.misconceptions}


def exercise_named(lab: str, name: str) -> Exercise:
    """One exercise of a lab. Raises KeyError where there is none of that name."""
    return {exercise.name: exercise for exercise in exercises(lab)}[name]
