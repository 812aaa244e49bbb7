"""The corpus of students' answers: right ones in many styles, wrong ones with the mistake they make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.reference import PRELUDE

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


def namespace(source: str) -> dict[str, Any]:
    """What a notebook holds after its imports and the cell `source`."""
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(PRELUDE, space)
    exec(source, space)
    return space
