"""Thousands of mutated notebooks: each is graded or refused with one clear line, and none costs another one a point.

TRANSFORMERS_LABS_MUTANTS says how many are read (600 by default); one in fifty is graded as well.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder import cli, sandbox, work
from autograder.exercises import exercises
from autograder.lessons import grade_id
from tests.damage import FATAL, RISKY
from tests.harmless import HARMLESS
from tests.mutants import FIRST, base, fixed, fixed_one, mutant
from tests.odd_values import code_cell, packed, text_cell

COUNT = int(os.environ.get("TRANSFORMERS_LABS_MUTANTS", "600"))
GRADED = COUNT // 50
SEED = 7
WALL = "none" if sandbox.available() else "auto"
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def looked_at() -> list[dict]:
    """What became of each mutant that was read, within limits on memory and time."""
    command = [sys.executable, "-m", "tests.reading", str(COUNT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"reading ended after {rows[-1:]}: {done.stderr[-2000:]}"
    return rows


def test_what_is_not_refused_is_restored_whole(looked_at: list[dict]) -> None:
    assert len(looked_at) == COUNT
    assert [row for row in looked_at if "broken" in row] == []


def test_every_way_of_damage_was_tried(looked_at: list[dict]) -> None:
    tried = {row["name"].partition(":")[2] for row in looked_at}
    assert tried >= HARMLESS.keys() | RISKY.keys() | FATAL.keys()
    risky = [row.get("refused") for row in looked_at if row["fate"] == "either"]
    assert 0.5 < risky.count(None) / len(risky) < 0.9  # damage that is found out, and damage that is not


def test_a_refusal_is_one_clear_line(looked_at: list[dict]) -> None:
    for said in {row["refused"] for row in looked_at if row.get("refused")}:
        assert said.isprintable() and 20 < len(said) < 300 and said.endswith("."), said


# --- grading


def graded(data: bytes, lab: str) -> tuple[dict, nbformat.NotebookNode]:
    """The report and the notebook, as a course has them made."""
    result = work.grade_bytes(data, lab, work.Settings("cpu", WALL, timeout=10, seed=SEED))
    report, _, notebook = work.parts(result)
    nb = nbformat.reads(notebook, as_version=4)
    nbformat.validate(nb)
    return report, nb


def points(nb: nbformat.NotebookNode) -> dict[str, float]:
    """What nbgrader would take over from a graded notebook."""
    return {
        grade_id(cell).removeprefix("test_"): determine_grade(cell)[0]
        for cell in nb.cells
        if grade_id(cell) and cell.metadata.nbgrader["grade"]
    }


@cache
def honest() -> tuple[bytes, str]:
    """A notebook without damage, half of it solved, and what it gets alone."""
    solved = tuple(exercise.name for exercise in exercises(FIRST))[:4]
    data = base(FIRST, solved, slim=True).encode()
    return data, without_time(graded(data, FIRST)[0])


def without_time(report: dict) -> str:
    return json.dumps(report | {"seconds": None})


@pytest.mark.parametrize("place", range(GRADED))
def test_a_graded_mutant_earns_what_is_right_in_it_and_no_more(place: int) -> None:
    alone = honest()
    one = mutant(place, slim=True, fates=("same", "either"))
    report, nb = graded(one.data, one.lab)
    full = {exercise.name: exercise.points for exercise in exercises(one.lab)}
    deserved = {name: most if name in one.solved else 0 for name, most in full.items()}
    scores = {each["name"]: each["score"] for each in report["exercises"]}
    assert points(nb) == scores and {each["name"]: each["max_score"] for each in report["exercises"]} == full
    assert all(0 <= scores[name] <= most for name, most in deserved.items()), one.name
    if one.fate == "same":
        assert scores == deserved, one.name
    if place % 6 == 5:  # the one handed in next to them
        assert without_time(graded(alone[0], FIRST)[0]) == alone[1]


@pytest.mark.parametrize("place", range(4))
def test_what_is_refused_gets_no_points_and_a_report(place: int) -> None:
    one = mutant(place, slim=True, fates=("refused",))
    report, nb = graded(one.data, one.lab)
    assert set(points(nb).values()) == {0} == {report["score"]}
    assert report["refused"] in nb.cells[0].source


SLOW = (
    """
from IPython.display import HTML, display
for part in ("<div>", "<", "&", "<p a='", "<!--"):
    display(HTML("short"), HTML(part * 40_000))
display(HTML("<p " + " ".join(f"a{i}=1" for i in range(20_000)) + ">"))
""",
    """
for _ in range(12):
    display(HTML("<b>" * 8_000))
""",
)


def test_html_that_takes_hours_to_clean_is_left_out() -> None:
    """In the grader's own process, which no sandbox limits."""
    nb = json.loads(base(FIRST, ("attention_weights",), slim=True))
    nb["cells"][:0] = [*map(code_cell, SLOW), text_cell("&" + "<div>" * 3_900), text_cell("<" * 20_000)]
    signal.signal(signal.SIGPROF, _too_long)
    signal.setitimer(signal.ITIMER_PROF, 120)
    try:
        report, nb = graded(packed(nb), FIRST)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
    assert report["score"] == 2
    short, long = ([output.data.get("text/html") for output in cell.outputs] for cell in nb.cells[:2])
    assert short == ["short", None] * 5 + [None]
    assert len(long) == 12 and "<b>" in long[0] and long[-1] is None
    assert "&lt;" * 20_000 in nb.cells[3].source


def _too_long(*_: object) -> None:
    raise RuntimeError("grading one notebook took the grader more than two minutes of processor time")


# --- the command line


def test_check_refuses_the_unreadable_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    path = tmp_path / "n.ipynb"
    for one in [*(mutant(i, fates=("refused",)) for i in range(40)), *(m for m in fixed() if m.fate == "refused")]:
        path.write_bytes(one.data)
        assert cli.main(["check", str(path), "--sandbox", WALL]) == 2, one.name
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1 and str(path) in said.err, one.name


def test_check_as_a_user_calls_it(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(fixed_one("100,000 objects deep").data)
    command = [sys.executable, "-m", "autograder", "check", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1) and "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["names in lists", "numbers beyond floats"])
def test_check_grades_what_is_odd_and_can_be_read(name: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    one = fixed_one(name)
    path = tmp_path / "n.ipynb"
    path.write_bytes(one.data)
    assert cli.main(["check", str(path), "--json", "-", "--sandbox", WALL, "--device", "cpu"]) == 0
    said = capsys.readouterr()
    assert {each["status"] for each in json.loads(said.out)["exercises"]} == {"passed"} and said.err == ""
