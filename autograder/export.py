"""The gradebook's points as files that learning platforms take."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from autograder import reference
from autograder.collect import ORIGIN
from autograder.course import Course
from autograder.exercises import exercises
from autograder.report import Row, rows
from helpers.cards import number

FORMATS = ("csv", "canvas", "moodle", "gradescope")


def export(course: Course, lab: str, kind: str) -> str:
    """One lab's grades as CSV text. Totals are the gradebook's; raises KeyError for an unknown format."""
    make = {"csv": _plain, "canvas": _canvas, "moodle": _moodle, "gradescope": _gradescope}[kind]
    class_rows = rows(course, lab)
    with course.gradebook() as gradebook:
        people = {
            one.id: {"first": one.first_name or "", "last": one.last_name or "", "email": one.email or ""}
            for one in gradebook.students
        }
    lines = make(lab, [(row, people.get(row.student, {}) | _origin(course, lab, row.student)) for row in class_rows])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_inert(value) for value in line] for line in lines])
    return text.getvalue()


def _origin(course: Course, lab: str, student: str) -> dict[str, str]:
    path = course.path / "submitted" / student / lab / ORIGIN
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _inert(value: Any) -> str:
    """A spreadsheet runs a text that begins like a formula."""
    text = number(value) if isinstance(value, float | int) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and isinstance(value, str) else text


def _most(lab: str) -> float:
    return sum(one.points for one in exercises(lab))


def _name(row: Row, person: dict[str, str]) -> str:
    return person.get("name") or " ".join(filter(None, [person.get("first"), person.get("last")])) or row.student


def _plain(lab: str, people: list[tuple[Row, dict[str, str]]]) -> list[list[Any]]:
    names = [one.name for one in exercises(lab)]
    body = [
        [row.student, lab, *(row.scores.get(name, 0) for name in names), row.total, _most(lab), row.remarks]
        for row, _ in people
    ]
    return [["student", "lab", *names, "total", "max", "remarks"], *body]


def _canvas(lab: str, people: list[tuple[Row, dict[str, str]]]) -> list[list[Any]]:
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", lab]
    body = [[_name(row, person), person.get("id", ""), "", "" if "id" in person else row.student, "", row.total]
            for row, person in people]  # fmt: skip
    return [head, ["    Points Possible", "", "", "", "", _most(lab)], *body]


def _moodle(lab: str, people: list[tuple[Row, dict[str, str]]]) -> list[list[Any]]:
    head = ["Identifier", "Full name", "Email address", "Grade", "Maximum grade", "Feedback comments"]
    body = [
        [f"Participant {person['id']}" if "id" in person else "", _name(row, person), person.get("email", ""),
         row.total, _most(lab), _comment(lab, row)]
        for row, person in people
    ]  # fmt: skip
    return [head, *body]


def _comment(lab: str, row: Row) -> str:
    """For the student: the hints, in words."""
    if row.refused:
        return f"Your submission could not be graded: {row.refused}"
    hints = {one.name: reference.hints(one) for one in exercises(lab)}
    return " ".join(f"{name}: {hints[name].get(mistake, mistake)}" for name, mistake in row.misconceptions.items())


def _gradescope(lab: str, people: list[tuple[Row, dict[str, str]]]) -> list[list[Any]]:
    names = [one.name for one in exercises(lab)]
    head = ["Name", "SID", "Email", "Total Score", "Max Points", *(f"{n} ({number(one.points)} pts)"
            for n, one in zip(names, exercises(lab), strict=True))]  # fmt: skip
    body = [
        [_name(row, person), person.get("id", row.student), person.get("email", ""), row.total, _most(lab),
         *(row.scores.get(name, 0) for name in names)]
        for row, person in people
    ]  # fmt: skip
    return [head, *body]
