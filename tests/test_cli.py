"""The command line: what it prints, what it writes, and one clear line for a user's mistake."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from autograder import cli, reference, sandbox
from autograder.release import student_notebook
from tools import demo
from tools.submissions import with_answers

LAB = "01_self_attention"
WALL = "none" if sandbox.available() else "auto"


def written(path: Path, answers: dict[str, str]) -> str:
    path.write_text(nbformat.writes(with_answers(student_notebook(LAB), answers)))
    return str(path)


def test_check_gives_points_names_and_json(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    right = reference.sources(LAB)
    mistake = demo.mistake(LAB, "SelfAttention", "unscaled").source(right["SelfAttention"])
    notebook = written(tmp_path / "n.ipynb", right | {"SelfAttention": mistake, "causal_mask": "causal_mask = 1 / 0"})
    arguments = ["check", notebook, "--json", str(tmp_path / "out.json"), "--seed", "5", "--sandbox", WALL]
    assert cli.main([*arguments, "--device", "cpu"]) == 0
    said, result = capsys.readouterr().out, json.loads((tmp_path / "out.json").read_text())
    assert {"lab", "score", "max_score", "device", "seconds", "exercises"} <= result.keys()
    assert (result["lab"], result["score"], result["max_score"], result["seed"]) == (LAB, 13, 20, 5)
    each = {one.pop("name"): one for one in result["exercises"]}
    assert each["SelfAttention"]["misconception"] == "unscaled" and each["SelfAttention"]["status"] == "failed"
    assert each["attention_weights"] | {"message": ""} == {
        "score": 2, "max_score": 2, "status": "passed", "misconception": None, "message": "",
    }  # fmt: skip
    assert each["causal_mask"]["score"] == 0 and each["causal_mask"]["status"] != "passed"
    assert "13/20" in said and "unscaled: " in said


def test_check_can_print_json_alone(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["check", written(tmp_path / "n.ipynb", {}), "--json", "-", "--sandbox", WALL]) == 0
    assert json.loads(capsys.readouterr().out)["score"] == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "does not exist"),
        (b"", "empty"),
        (b"\xff\xfe", "damaged"),
        (b'{"nbformat": 4, "cells": [', "damaged"),
        (b'{"a": 1}', "not a notebook"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "no exercise of any lab"),
    ],
)
def test_what_cannot_be_graded_is_one_line_and_code_2(content, words, tmp_path, capsys) -> None:
    path = tmp_path / "n.ipynb"
    if content is not None:
        path.write_bytes(content)
    assert cli.main(["check", str(path), "--sandbox", WALL]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert words in said.err and str(path) in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "."], "is a folder"),
        (["check", "pyproject.toml", "--lab", "99_none"], "there is no lab"),
        (["release", "99_none", "--check"], "there is no lab"),
        (["course", "pyproject.toml"], "is a file"),
        (["course", "."], "something else in it"),
        (["grade", "--course", "tests"], "is not a course"),
        (["feedback", "--course", "nowhere"], "is not a course"),
        (["collect", "nowhere", "--course", "nowhere", "--lab", LAB], "is not a course"),
    ],
)
def test_mistakes_of_the_user_are_one_line_and_code_2(arguments, words, capsys, monkeypatch) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and words in said.err


def test_without_a_sandbox_nothing_is_graded_unless_told(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(sandbox, "available", lambda: "No sandbox can run here (tried): pass `--sandbox none`.")
    assert cli.main(["check", written(tmp_path / "n.ipynb", {})]) == 2
    assert "--sandbox none" in capsys.readouterr().err


def test_no_cuda_is_said_in_one_line(tmp_path, capsys, monkeypatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert cli.main(["check", written(tmp_path / "n.ipynb", {}), "--device", "cuda", "--sandbox", WALL]) == 2
    assert "no CUDA device" in capsys.readouterr().err


def test_release_check_finds_what_is_out_of_date(monkeypatch, capsys, tmp_path) -> None:
    from autograder import release

    (tmp_path / "notebooks").mkdir()
    monkeypatch.setattr(release, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(release, "exercises", lambda lab: ())  # the examples have a test of their own
    assert cli.main(["release", LAB, "--check"]) == 1
    assert f"{LAB}.ipynb" in capsys.readouterr().out and not list((tmp_path / "notebooks").iterdir())
    assert cli.main(["release", LAB]) == 0 and cli.main(["release", LAB, "--check"]) == 0


def test_help_is_at_hand() -> None:
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-m", "autograder", "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and time.monotonic() - started < 2
    for command in ("check", "release", "course", "collect", "grade", "feedback", "report", "export", "doctor"):
        assert command in done.stdout
    modules = "import sys, autograder.cli; print([m for m in ('torch', 'nbgrader', 'nbformat') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", modules], capture_output=True, text=True).stdout == "[]\n"
