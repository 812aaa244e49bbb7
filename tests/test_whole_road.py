"""The whole corpus through the whole machine: `nbgrader autograde` and `autograder check`, sandbox and all.

Each notebook carries one answer to every exercise, so that all styles and all mistakes take a dozen or two notebooks.
"""

from __future__ import annotations

import html
import json
from itertools import zip_longest
from pathlib import Path

import nbformat
import pytest

from autograder import cli, reference
from autograder.collect import collect
from autograder.course import Course, make_course
from autograder.exercises import exercises
from autograder.release import student_notebook
from tests.corpus import right_answers, wrong_answers
from tests.test_course import nbgrader, scores
from tools.submissions import with_answers

LAB = "01_self_attention"
Answers = dict[str, tuple[str, str]]  # exercise → (style or mistake, source)


def dealt(answers: list[tuple[str, str, str]]) -> list[Answers]:
    """The answers dealt into notebooks, one of each exercise to a notebook, the reference where none is left."""
    piles = [[(e.name, *pair) for name, *pair in answers if name == e.name] for e in exercises(LAB)]
    return [{one[0]: (one[1], one[2]) for one in row if one} for row in zip_longest(*piles)]


def write(folder: Path, name: str, answers: Answers) -> Path:
    sources = reference.sources(LAB) | {exercise: source for exercise, (_, source) in answers.items()}
    nbformat.write(with_answers(student_notebook(LAB), sources), folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


RIGHT = {f"right{i:02d}": answers for i, answers in enumerate(dealt(right_answers()))}
WRONG = {
    f"wrong{i:02d}": answers
    for i, answers in enumerate(
        dealt(list({(name, mistake): (name, mistake, s) for name, mistake, s in wrong_answers()}.values()))
    )
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("road")
    (folder / "handed_in").mkdir()
    for name, answers in (RIGHT | WRONG).items():
        write(folder / "handed_in", name, answers)
    made = make_course(folder / "course")
    collect(folder / "handed_in", made, LAB)
    done = nbgrader(made.path, "autograde", LAB)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    done = nbgrader(made.path, "generate_feedback", LAB)
    assert done.returncode == 0, done.stderr
    return made


def report(course: Course, student: str) -> dict:
    return json.loads((course.path / "autograded" / student / LAB / "report.json").read_text("utf-8"))


def test_every_right_style_gets_full_marks(course: Course) -> None:
    earned = scores(course.path)
    low = {s: [e for e in report(course, s)["exercises"] if e["status"] != "passed"] for s in RIGHT if earned[s] != 20}
    assert low == {}


@pytest.mark.parametrize("student", WRONG)
def test_every_mistake_loses_points_and_is_named(course: Course, student: str) -> None:
    found = {e["name"]: e for e in report(course, student)["exercises"]}
    page = html.unescape((course.path / "feedback" / student / LAB / f"{LAB}.html").read_text("utf-8"))
    for name, (mistake, _) in WRONG[student].items():
        assert found[name]["misconception"] == mistake
        assert found[name]["score"] < found[name]["max_score"]
        assert reference.hints(reference.exercise_named(LAB, name))[mistake] in page
    assert scores(course.path)[student] == pytest.approx(sum(e["score"] for e in found.values()))


def test_check_says_the_same(course: Course, tmp_path: Path) -> None:
    for student in ("right00", "wrong00"):
        path = write(tmp_path, student, (RIGHT | WRONG)[student])
        assert cli.main(["check", str(path), "--json", str(tmp_path / "out.json")]) == 0
        ours, theirs = json.loads((tmp_path / "out.json").read_text("utf-8")), report(course, student)
        keys = ("name", "score", "status", "misconception")
        assert [[e[k] for k in keys] for e in ours["exercises"]] == [[e[k] for k in keys] for e in theirs["exercises"]]
