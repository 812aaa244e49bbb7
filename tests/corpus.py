"""The corpus of students' answers: right ones in many styles, wrong ones with the mistake they make."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.exercises import exercises, given
from autograder.reference import PRELUDE, sources

HERE = Path(__file__).parent


def right_answers() -> list[tuple[str, str, str]]:
    """(exercise, style, source) of every right answer."""
    return [(p.parent.name, p.stem, p.read_text("utf-8")) for p in sorted((HERE / "right_answers").glob("*/*.py"))]


def wrong_answers() -> list[tuple[str, str, str]]:
    """(exercise, misconception, source) of every wrong answer; files are named <misconception>__<style>.py."""
    return [
        (p.parent.name, p.stem.split("__")[0], p.read_text("utf-8"))
        for p in sorted((HERE / "wrong_answers").glob("*/*.py"))
    ]


def namespace(source: str, lab: str | None = None) -> dict[str, Any]:
    """What a notebook holds after its imports and the cell `source`; of `lab`, also the answers before it."""
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(PRELUDE, space)
    if lab is not None:
        for earlier, names in given(lab).items():
            space |= {name: answers(earlier)[name] for name in names}
        space |= answers(lab)
    exec(source, space)
    return space


@lru_cache
def answers(lab: str) -> dict[str, Any]:
    """The reference's objects by name."""
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(PRELUDE, space)
    for earlier, names in given(lab).items():
        space |= {name: answers(earlier)[name] for name in names}
    for source in sources(lab).values():
        exec(source, space)
    return {exercise.name: space[exercise.name] for exercise in exercises(lab)}
