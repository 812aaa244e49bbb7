"""Attacks on one lab's exercises, on the stages behind the wall and on the readings before it, and on the walk through a notebook."""

from __future__ import annotations

import json
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder import commands, engine, reference, submission
from autograder.exercises import exercises
from autograder.lessons import grade_id
from autograder.release import student_notebook
from autograder.session import Limits
from tools.submissions import with_answers

SOURCES = {path.stem: path.read_text("utf-8") for path in sorted((Path(__file__).parent / "hostile").glob("*.py"))}
LABS = {  # hostile code and the lab that it attacks, as its third line says
    name: source.splitlines()[2].removeprefix("# lab: ") for name, source in SOURCES.items() if "\n# lab: " in source
}
HASTY = Limits(cell_seconds=3, call_seconds=8)


def lab(name: str, answers: dict[str, str], before: tuple[str, ...] = ()) -> NotebookNode:
    """A lab's exercises and nothing else; those without an answer are left blank, not stubs, so that names of `before` stay."""
    blank = {exercise.name: "" for exercise in exercises(name)}
    nb = with_answers(student_notebook(name), blank | answers)
    nb.cells = [cell for cell in nb.cells if grade_id(cell) or cell.source.startswith(("# Set-up", "import math"))]
    nb.cells[2:2] = map(new_code_cell, before)
    return nb


def grade(nb: NotebookNode, name: str, **settings: object) -> engine.Report:
    return engine.grade(submission.read(nbformat.writes(nb).encode()), name, seed=7, **{"limits": HASTY} | settings)[0]


def scores(report: engine.Report) -> dict[str, float]:
    return {one.name: one.score for one in report.exercises}


@pytest.mark.parametrize("name", LABS)
def test_an_attack_on_a_labs_exercises_earns_nothing_and_costs_no_session(name: str) -> None:
    report = grade(lab(LABS[name], {}, before=(SOURCES[name],)), LABS[name])
    assert set(scores(report).values()) == {0}
    assert {one.status for one in report.exercises} <= {"missing", "failed", "error"}
    json.dumps(report.to_json(), ensure_ascii=False).encode()


def test_a_tampered_stage_earns_no_point_for_the_exercises_beside_it() -> None:
    """Right answers after an attack on what they share get what they get alone, or nothing; never more than is theirs."""
    right = reference.sources("04_decoding")
    honest = {name: right[name] for name in ("apply_temperature", "top_k_filter")}
    report = grade(lab("04_decoding", honest, before=(SOURCES["patched_stages"],)), "04_decoding")
    assert {name: score for name, score in scores(report).items() if score} == {
        "apply_temperature": 1,
        "top_k_filter": 3,
    }


def test_what_a_case_is_for_cannot_be_looked_up_by_the_function_it_calls() -> None:
    """Who divides and never looks at the temperature has half of the cases, also where he climbs up to the driver's notes."""
    peeking = """
import sys
def apply_temperature(logits, temperature):
    frame = sys._getframe(1)
    while frame is not None:
        case = frame.f_locals.get("case") or frame.f_locals.get("request", {}).get("case")
        notes = case if isinstance(case, dict) else getattr(case, "__dict__", {})
        if notes.get("guard") or notes.get("name") in ("T = 0", "T = −1"):
            raise ValueError("looked up")
        frame = frame.f_back
    return logits / temperature
"""
    report = grade(lab("04_decoding", {"apply_temperature": peeking}), "04_decoding")
    assert scores(report)["apply_temperature"] == 0.5


def test_errors_that_no_file_can_hold_are_reported_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    nb = lab("01_self_attention", {"causal_mask": reference.sources("01_self_attention")["causal_mask"]})
    nb.cells[2:2] = [new_code_cell(SOURCES["unspeakable_errors"])]
    path = tmp_path / "odd.ipynb"
    path.write_text(nbformat.writes(nb), encoding="utf-8")
    options = {"notebook": str(path), "lab": None, "sandbox": "auto", "seed": 7, "device": "cpu", "timeout": 3.0}
    for target in ("-", str(tmp_path / "report.json"), None):
        assert commands.check(commands.argparse.Namespace(**options, json=target)) == 0
    printed = capsys.readouterr().out
    assert "20/20" in printed and not {"\x1b", "\x07", "\x9b", "\x00", "\r", "\u202e"} & set(printed)
    saved = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert saved["score"] == 1 and all(len(one["message"]) < 5000 for one in saved["exercises"])


def test_cells_that_are_slow_only_when_they_run_again_do_not_outlast_the_notebooks_time(monkeypatch) -> None:
    """A cell knows a second run: nothing has called its function since it was defined, as the first time something had."""
    define = "called = []\ndef attention_weights(x):\n    called.append(1)\n    return x"
    nb = lab("01_self_attention", {"attention_weights": define, "gpt_parameter_count": "import os\nos._exit(0)"})
    place = 1 + next(i for i, cell in enumerate(nb.cells) if grade_id(cell) == "test_attention_weights")
    nb.cells[place:place] = [new_code_cell("import time\nif not called: time.sleep(1.5)") for _ in range(20)]
    monkeypatch.setattr(engine, "NOTEBOOK_SECONDS", 4.0)
    start = time.monotonic()
    report = grade(nb, "01_self_attention")
    assert time.monotonic() - start < 9 and report.score == 0


def test_outputs_of_all_cells_together_have_a_limit(monkeypatch) -> None:
    monkeypatch.setattr(engine, "NOTEBOOK_OUTPUT", 2_000_000)
    right = {"causal_mask": reference.sources("01_self_attention")["causal_mask"]}
    nb = lab("01_self_attention", right, before=("print('x' * 900_000)",) * 12)
    report, executed = engine.grade(submission.read(nbformat.writes(nb).encode()), "01_self_attention", limits=HASTY)
    assert scores(report)["causal_mask"] == 1
    assert len(nbformat.writes(executed)) < 2_100_000 and "Not kept" in nbformat.writes(executed)
