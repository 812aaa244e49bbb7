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
from autograder.exercises import LABS, exercises
from autograder.release import student_notebook
from tests.corpus import right_answers, wrong_answers
from tests.test_course import nbgrader, scores
from tools.submissions import with_answers

Answers = dict[str, tuple[str, str]]  # exercise → (style or mistake, source)
LAB_OF = {exercise.name: lab for lab in LABS for exercise in exercises(lab)}
FULL = {lab: sum(exercise.points for exercise in exercises(lab)) for lab in LABS}
# What is made of wrong parts is wrong in another way: such mistakes go into different notebooks.
BUILT_ON = {
    "GPT": ("PreNormBlock",),
    "beam_search": ("ban_repeated_ngrams",),
    "sample": ("apply_temperature", "top_k_filter", "top_p_filter"),
    "toxic_attack": ("max_toxicity",),
    "safe_generate": ("max_toxicity",),
}


def dealt(kind: str, answers: list[tuple[str, str, str]]) -> dict[tuple[str, str], Answers]:
    """The answers dealt into notebooks, (lab, student): one of each exercise to a notebook."""
    notebooks = {}
    for lab in LABS:
        piles = {e.name: [(e.name, *pair) for name, *pair in answers if name == e.name] for e in exercises(lab)}
        for one, others in BUILT_ON.items() if kind == "wrong" else ():
            if one in piles:
                piles[one] = [None] * max(len(piles[other]) for other in others) + piles[one]
        for i, row in enumerate(zip_longest(*piles.values())):
            notebooks[lab, f"{kind}{i:02d}"] = {one[0]: (one[1], one[2]) for one in row if one}
    return notebooks


def write(folder: Path, lab: str, name: str, answers: Answers) -> Path:
    """A notebook with these answers, and the reference's for the other exercises."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = reference.sources(lab) | {exercise: source for exercise, (_, source) in answers.items()}
    nbformat.write(with_answers(student_notebook(lab), sources), folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


RIGHT = dealt("right", right_answers())
WRONG = dealt("wrong", list({(name, mistake): (name, mistake, s) for name, mistake, s in wrong_answers()}.values()))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("road")
    for (lab, name), answers in (RIGHT | WRONG).items():
        write(folder / "handed_in" / lab, lab, name, answers)
    made = make_course(folder / "course")
    for lab in LABS:
        collect(folder / "handed_in" / lab, made, lab)
        done = nbgrader(made.path, "autograde", lab)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")
        done = nbgrader(made.path, "generate_feedback", lab)
        assert done.returncode == 0, done.stderr
    return made


def report(course: Course, lab: str, student: str) -> dict:
    return json.loads((course.path / "autograded" / student / lab / "report.json").read_text("utf-8"))


@pytest.mark.parametrize("lab", LABS)
def test_every_right_style_gets_full_marks(course: Course, lab: str) -> None:
    earned = scores(course.path, lab)
    students = [student for where, student in RIGHT if where == lab]
    low = {
        student: [e for e in report(course, lab, student)["exercises"] if e["status"] != "passed"]
        for student in students
        if earned[student] != FULL[lab]
    }
    assert students and low == {}


@pytest.mark.parametrize(("lab", "student"), WRONG)
def test_every_mistake_loses_points_and_is_named(course: Course, lab: str, student: str) -> None:
    found = {e["name"]: e for e in report(course, lab, student)["exercises"]}
    page = html.unescape((course.path / "feedback" / student / lab / f"{lab}.html").read_text("utf-8"))
    for name, (mistake, _) in WRONG[lab, student].items():
        assert found[name]["misconception"] == mistake
        assert found[name]["score"] < found[name]["max_score"]
        assert reference.hints(reference.exercise_named(lab, name))[mistake] in page
    assert scores(course.path, lab)[student] == pytest.approx(sum(e["score"] for e in found.values()))


@pytest.mark.parametrize("lab", LABS)
def test_check_says_the_same(course: Course, tmp_path: Path, lab: str) -> None:
    for student in ("right00", "wrong00"):
        path = write(tmp_path, lab, student, (RIGHT | WRONG)[lab, student])
        theirs = report(course, lab, student)
        # With the seed that the report names: how much of a wrong answer passes may depend on what is drawn.
        assert cli.main(["check", str(path), "--seed", str(theirs["seed"]), "--json", str(tmp_path / "out.json")]) == 0
        ours = json.loads((tmp_path / "out.json").read_text("utf-8"))
        keys = ("name", "score", "status", "misconception")
        assert [[e[k] for k in keys] for e in ours["exercises"]] == [[e[k] for k in keys] for e in theirs["exercises"]]
