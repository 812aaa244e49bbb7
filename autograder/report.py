"""A class at a glance: who has how many points, and who misunderstood what; as text and as a page."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.exercises import exercises
from helpers.cards import number


@dataclass(frozen=True)
class Row:
    """One student's result in one lab; `total` is the gradebook's, with manual grades and late penalties in it."""

    student: str
    total: float
    scores: dict[str, float] = field(default_factory=dict)
    misconceptions: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    refused: str | None = None
    stopped: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, student: str, result: dict[str, Any], total: float | None = None) -> Row:
        """From the engine's report."""
        each = result["exercises"]
        return cls(
            student,
            result["score"] if total is None else total,
            {one["name"]: one["score"] for one in each},
            {one["name"]: one["misconception"] for one in each if one["misconception"]},
            result["seconds"],
            result.get("refused"),
            {one["name"]: one["status"] for one in each if one["status"] in ("timeout", "killed")},
        )

    @property
    def remarks(self) -> str:
        """What the instructor should know, in a few words."""
        if self.refused:
            return f"not graded: {self.refused}"
        named = [f"{name}: {mistake}" for name, mistake in self.misconceptions.items()]
        ended = sorted(set(self.stopped.values()))
        return ", ".join([*named, *(f"{word}: {_names(self.stopped, word)}" for word in ended)])


def _names(stopped: dict[str, str], word: str) -> str:
    return " ".join(name for name, status in stopped.items() if status == word)


def rows(course: Course, lab: str) -> list[Row]:
    """Every graded submission to a lab, by student, with the gradebook's totals."""
    results = {one.student: course.result(one) for one in course.handed_in(lab)}
    with course.gradebook() as gradebook:
        totals = {
            one.student.id: max(0.0, one.score - one.late_submission_penalty)
            for one in gradebook.assignment_submissions(lab)
        }
    return [Row.of(student, one, totals.get(student)) for student, one in sorted(results.items()) if one]


def table(lab: str, class_rows: list[Row]) -> str:
    """The class as plain text: a key of the exercises, then a line per student."""
    names = [exercise.name for exercise in exercises(lab)]
    points = [exercise.points for exercise in exercises(lab)]
    key = [f"{i} {name} ({number(p)})" for i, (name, p) in enumerate(zip(names, points, strict=True), 1)]
    head = ["student", *map(str, range(1, len(names) + 1)), "total", "s", "misconceptions"]
    body = [
        [row.student, *(number(row.scores.get(name, 0)) for name in names), number(row.total),
         f"{row.seconds:.1f}", row.remarks]
        for row in class_rows
    ]  # fmt: skip
    widths = [max(len(line[i]) for line in [head, *body]) for i in range(len(head))]
    text = [f"{lab}: {number(sum(points))} points", *_wrapped(key), ""]
    for line in [head, *body]:
        cells = [
            line[0].ljust(widths[0]),
            *(c.rjust(w) for c, w in zip(line[1:-1], widths[1:-1], strict=True)),
            line[-1],
        ]
        text.append("  ".join(cells).rstrip())
    if class_rows:
        mean = sum(row.total for row in class_rows) / len(class_rows)
        text += ["", f"{len(class_rows)} submissions, mean {number(mean)} of {number(sum(points))}"]
    return "\n".join(text)


def _wrapped(parts: list[str], width: int = 100) -> list[str]:
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) + 3 > width:
            lines.append("")
        lines[-1] += ("   " if lines[-1] else "  ") + part
    return lines


def misconceptions(lab: str, class_rows: list[Row]) -> list[tuple[str, str, str, list[str]]]:
    """(exercise, misconception, hint, students), the most common first."""
    who: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in class_rows:
        for name, mistake in row.misconceptions.items():
            who[name, mistake].append(row.student)
    hints = {(exercise.name, one.name): one.hint for exercise in exercises(lab) for one in exercise.misconceptions}
    order = sorted(who.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(name, mistake, hints.get((name, mistake), ""), students) for (name, mistake), students in order]


def misconception_table(lab: str, class_rows: list[Row]) -> str:
    """Who misunderstood what, as plain text."""
    found = misconceptions(lab, class_rows)
    if not found:
        return "No misconception was recognised."
    width = max(len(f"{name}: {mistake}") for name, mistake, *_ in found)
    lines = [
        f"{len(students):3}  {f'{name}: {mistake}'.ljust(width)}  {', '.join(students)}"
        for name, mistake, _, students in found
    ]
    return "\n".join(["Misconceptions, the most common first", *lines])


STYLE = """
:root { color-scheme: light dark; --line: rgba(128,128,128,.35) }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top }
table { font-size: 13px } th { vertical-align: bottom } td:last-child { min-width: 18rem }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums }
.full { background: rgba(46,160,67,.22) } .part { background: rgba(210,140,0,.22) } .none { background: rgba(218,54,51,.18) }
.wide { overflow-x: auto } small { opacity: .75 }
"""


def page(course: Course, chosen: list[str]) -> str:
    """The class report as one HTML file that needs nothing else."""
    parts = [_section(course, lab, rows(course, lab)) for lab in chosen]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Class report</title><style>{STYLE}</style><h1>Class report</h1>{''.join(parts)}</html>\n"
    )


def _section(course: Course, lab: str, class_rows: list[Row]) -> str:
    every = exercises(lab)
    most = sum(one.points for one in every)
    heads = "".join(f'<th class="n">{_foldable(one.name)}<br><small>{number(one.points)}</small></th>' for one in every)
    lines = []
    for row in class_rows:
        cells = "".join(_cell(row.scores.get(one.name, 0), one.points) for one in every)
        lines.append(
            f"<tr><td>{_link(course, lab, row.student)}</td>{cells}{_cell(row.total, most)}<td>{escape(row.remarks)}</td></tr>"
        )
    mean = f", mean {number(sum(row.total for row in class_rows) / len(class_rows))} of {number(most)}" if lines else ""
    named = "".join(
        f'<tr><td class="n">{len(who)}</td><td>{escape(name)}</td><td>{escape(mistake)}<br><small>{escape(hint)}</small></td>'
        f"<td>{escape(', '.join(who))}</td></tr>"
        for name, mistake, hint, who in misconceptions(lab, class_rows)
    )
    return (
        f'<h2>{escape(lab)}</h2><p>{len(class_rows)} submissions{mean}.</p><div class="wide"><table>'
        f'<tr><th>student</th>{heads}<th class="n">total</th><th>misconceptions</th></tr>{"".join(lines)}</table></div>'
        '<h3>Who misunderstood what</h3><div class="wide"><table>'
        f'<tr><th class="n">students</th><th>exercise</th><th>misconception</th><th>who</th></tr>{named}</table></div>'
    )


def _foldable(name: str) -> str:
    """An identifier that may be broken between its words."""
    return re.sub(r"(_|(?<=[a-z])(?=[A-Z]))", r"\1<wbr>", escape(name))


def _cell(score: float, most: float) -> str:
    kind = "full" if score >= most else "part" if score > 0 else "none"
    return f'<td class="n {kind}">{number(score)}</td>'


def _link(course: Course, lab: str, student: str) -> str:
    feedback = Path("feedback") / student / lab / f"{lab}.html"
    if not (course.path / feedback).is_file():
        return escape(student)
    return f'<a href="{escape(feedback.as_posix(), quote=True)}">{escape(student)}</a>'
