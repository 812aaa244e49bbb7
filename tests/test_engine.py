"""The engine on whole notebooks: nothing unearned, nothing lost that did not have to be, and the same again by seed."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade

from autograder import engine, reference, submission
from autograder.exercises import exercises
from autograder.lessons import grade_id
from autograder.release import student_notebook
from autograder.session import Limits, SessionDied
from tools.submissions import with_answers

LAB = "01_self_attention"
SHORT = Limits(cell_seconds=4, call_seconds=3)
HOSTILE = {path.stem: path.read_text("utf-8") for path in sorted((Path(__file__).parent / "hostile").glob("*.py"))}
HOSTILE = {name: source for name, source in HOSTILE.items() if "\n# lab: " not in source}  # those: test_hostile_labs.py
SURVIVE = {name: source for name, source in HOSTILE.items() if "\n# ends: survives\n" in source}


def lab(answers: dict[str, str] | None = None, before: list[str] | None = None) -> NotebookNode:
    """A submission with these answers (else stubs) and, ahead of them, a student's own cells.

    Only as much of the lab as the exercises need: figures and experiments are not under test here.
    """
    nb = with_answers(student_notebook(LAB), answers or {})
    nb.cells = [c for c in nb.cells if grade_id(c) or c.source.startswith(("# Set-up", "import math"))]
    nb.cells[2:2] = [new_code_cell(source) for source in before or []]
    return nb


def grade(nb: NotebookNode, **kwargs: object) -> tuple[engine.Report, NotebookNode]:
    return engine.grade(submission.read(nbformat.writes(nb).encode()), LAB, limits=SHORT, **kwargs)


def scores(report: engine.Report) -> dict[str, float]:
    return {one.name: one.score for one in report.exercises}


RIGHT = reference.sources(LAB)
FULL = {exercise.name: exercise.points for exercise in exercises(LAB)}


def test_the_reference_gets_all_and_the_stub_nothing() -> None:
    assert scores(grade(lab(RIGHT))[0]) == FULL
    report, executed = grade(lab())
    assert report.score == 0
    assert {one.status for one in report.exercises} == {"missing"}
    nbformat.validate(executed)
    assert {determine_grade(c)[0] for c in executed.cells if grade_id(c) and c.metadata.nbgrader["grade"]} == {0.0}


@pytest.mark.parametrize("name", ["patched", "all"])
def test_hostile_cells_earn_nothing(name: str) -> None:
    cells = (
        [
            SURVIVE[one] for one in sorted(SURVIVE, key="daemon_thread".__eq__)
        ]  # last: it slows the others down to a timeout
        if name == "all"
        else [s for n, s in SURVIVE.items() if n.startswith("patched") or "transformer" in n]
    )
    report, executed = grade(lab(before=cells))
    # Each exercise was really looked at after all that the cells did: none was given up as killed or timed out.
    assert cells
    assert {one.score for one in report.exercises} == {0}
    assert {one.status for one in report.exercises} <= {"missing", "failed", "error"}
    assert not any("LEAKED" in str(cell.get("outputs")) for cell in executed.cells)


# These strike when a later question is asked, by a thread that races with the worker: other cells of the same student may be
# blamed and left out. Whether they are is a matter of the machine's load; that nobody gains by it is not.
LATER = {"answer_twice", "stolen_request"}


@pytest.mark.parametrize("name", [n for n in HOSTILE if n not in SURVIVE and n not in LATER])
def test_a_cell_that_ends_the_session_costs_only_itself(name: str) -> None:
    """A right notebook keeps its points, a stub stays at 0: the hostile cell is left out of the next session."""
    report, _ = grade(lab({"causal_mask": RIGHT["causal_mask"]}, before=[HOSTILE[name]]))
    assert scores(report) == {one: (1 if one == "causal_mask" else 0) for one in FULL}


@pytest.mark.parametrize("name", sorted(LATER))
def test_a_cell_that_strikes_later_earns_nothing_and_comes_to_an_end(name: str) -> None:
    report, executed = grade(lab({"causal_mask": RIGHT["causal_mask"]}, before=[HOSTILE[name]]))
    assert report.score in (0, 1)
    nbformat.validate(executed)


def test_a_loop_and_an_exit_are_named_and_keep_the_others_points() -> None:
    answers = RIGHT | {
        "attention_weights": "while True: pass",
        "dot_product_variance": "def dot_product_variance(d):\n    while True: pass",
        "causal_mask": "import os\ndef causal_mask(t, device=None): os._exit(0)",
        "gpt_parameter_count": "import sys\ndef gpt_parameter_count(*a): sys.exit()",
    }
    report, executed = grade(lab(answers))
    status = {one.name: one.status for one in report.exercises}
    assert status == {
        "attention_weights": "timeout",
        "scaled_dot_product": "passed",
        "dot_product_variance": "timeout",
        "SelfAttention": "passed",
        "causal_mask": "killed",
        "CausalSelfAttention": "passed",
        "gpt_parameter_count": "error",
    }
    assert report.score == 14
    points = {
        grade_id(c): determine_grade(c)[0] for c in executed.cells if grade_id(c) and c.metadata.nbgrader["grade"]
    }
    assert points == {f"test_{name}": score for name, score in scores(report).items()}


def test_edited_points_ids_and_tests_change_nothing() -> None:
    nb = lab(RIGHT | {"SelfAttention": "class SelfAttention(nn.Module): pass"})
    cells = {grade_id(cell): cell for cell in nb.cells}
    cells["test_attention_weights"].metadata.nbgrader["points"] = 500
    cells["test_SelfAttention"].source = "100"
    nb.cells.remove(cells["test_scaled_dot_product"])
    nb.cells += [cells["test_gpt_parameter_count"].copy(), cells["test_gpt_parameter_count"].copy()]
    report, executed = grade(nb)
    assert scores(report) == FULL | {"SelfAttention": 0}
    points = [determine_grade(c) for c in executed.cells if grade_id(c) and c.metadata.nbgrader["grade"]]
    assert (len(points), sum(p for p, _ in points), sum(most for _, most in points)) == (7, 14, 20)


def test_a_seed_gives_the_same_grade_again_and_is_drawn_afresh_without() -> None:
    nb = lab(
        {"gpt_parameter_count": RIGHT["gpt_parameter_count"], "SelfAttention": "class SelfAttention(nn.Linear): pass"}
    )
    (first, _), (second, _), (third, _) = grade(nb, seed=5), grade(nb, seed=5), grade(nb)
    same = [[{k: v for k, v in r.to_json().items() if k != "seconds"}] for r in (first, second)]
    assert same[0] == same[1]
    assert third.seed != first.seed


def test_answers_learnt_from_the_published_examples_earn_only_what_never_changes() -> None:
    """Reading helpers/examples inside the sandbox gives away nothing: grading draws other inputs."""
    thief = """
import json, safetensors.torch, helpers.published as p
stolen = p.example("attention_weights")
def attention_weights(x):
    return next((o.arrays["weights"].to(x.dtype) for o in stolen.expected if o.arrays["weights"].shape[0] == x.shape[0]), x)
"""
    report, _ = grade(lab({"attention_weights": thief}))
    assert scores(report)["attention_weights"] == 0


def test_a_notebook_uses_up_as_many_sessions_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []

    class Dying(engine.Session):
        def start(self) -> None:
            started.append(self)

        def run_all(self, sources: list[str]) -> list:
            raise SessionDied("killed", "gone")

    monkeypatch.setattr(engine, "Session", Dying)
    report, executed = grade(lab(before=["1"] * 20))
    told = {
        output.evalue
        for cell in executed.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "evalue" in output
    }
    assert told == {"gone", f"Its cells ended {len(started)} sessions; the rest was not run."}
    assert report.score == 0 and {one.status for one in report.exercises} == {"killed"}
