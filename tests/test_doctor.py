"""`autograder doctor`: it says what holds, and whatever is taken away from the sandbox it says too."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from autograder import cli, doctor, layers, processes, sandbox, syscalls, testbed
from autograder.session import Session

needs_sandbox = pytest.mark.skipif(sandbox.available() is not None, reason=str(sandbox.available()))
OUTER = ("network", "files", "environment", "other processes", "rights", "system calls", "writing", "scratch size")
VAST = {"cell_seconds": 60.0, "cpu_seconds": 600, "memory_bytes": 64 << 30, "processes": 4096, "file_bytes": 64 << 20,
        "scratch_bytes": 64 << 20, "output_bytes": 1 << 20}  # fmt: skip

Doctor = Callable[..., tuple[int, dict[str, tuple[str, str]]]]


@pytest.fixture
def visit(capsys, monkeypatch) -> Doctor:
    """Runs the command with these layers only; returns its exit code and name → (verdict, what was seen)."""

    def visit(*only: str) -> tuple[int, dict[str, tuple[str, str]]]:
        if only:
            monkeypatch.setattr(layers, "LAYERS", {name: layers.LAYERS[name] for name in only})
            for name in ("_models", "_browser", "_warm"):  # they take their time, and have nothing to do with layers
                monkeypatch.setattr(doctor, name, lambda *_: "left out")
        code = cli.main(["doctor"])
        lines = capsys.readouterr().out.splitlines()
        return code, {line[:15].strip(): (line[16:25].strip(), line[26:]) for line in lines}

    return visit


def failing(said: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {name: words for name, (verdict, words) in said.items() if verdict == "FAILS"}


@needs_sandbox
def test_every_layer_holds_and_is_named_with_what_was_seen(visit):
    code, said = visit()
    assert code == 0 and not failing(said)
    assert {name: said[name][0] for name in layers.LAYERS} == dict.fromkeys(layers.LAYERS, "ok")
    assert {"python", "torch", "nbgrader", "gpu", "browser", "sandbox", "models", "warm start"} <= said.keys()
    assert all(verdict in ("ok", "not here") and words for verdict, words in said.values())


def test_without_a_wall_each_of_its_layers_is_said_to_fail(visit, monkeypatch):
    monkeypatch.setattr(testbed, "Session", lambda limits: Session(limits, sandbox="none"))
    monkeypatch.setattr(doctor, "_sandbox", lambda site: "left out")
    code, said = visit(*OUTER)
    assert code == 1 and tuple(failing(said)) == OUTER
    seen = ("server on this machine", "solutions", "variable", "seen", "it has", "memfd", "possible in", "where 8 are")
    for name, words in zip(OUTER, seen, strict=True):
        assert words in said[name][1]


@needs_sandbox
def test_without_limits_each_of_them_is_said_to_fail(visit, monkeypatch):
    monkeypatch.setattr(testbed, "Session", lambda limits: Session(replace(limits, **VAST)))
    monkeypatch.setattr(layers, "SPARE", 0)
    names = ("scratch size", "file size", "output", "process limit", "memory limit", "cell time", "processor time")
    code, said = visit("network", "rights", *names)
    assert code == 1 and tuple(failing(said)) == names
    assert all(" allowed" in words for words in failing(said).values())


@needs_sandbox
def test_a_folder_that_the_wall_leaves_visible_is_found(visit, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", sys.prefix)
    code, said = visit("network", "files")
    assert code == 1 and failing(said).keys() == {"files"} and sys.prefix in said["files"][1]


@needs_sandbox
def test_a_missing_filter_of_system_calls_is_found(visit, monkeypatch):
    monkeypatch.setattr(syscalls, "program", lambda **_: b"")
    code, said = visit("rights", "system calls")
    assert code == 1 and failing(said).keys() == {"system calls"} and "memfd_create" in said["system calls"][1]


@needs_sandbox
def test_memory_of_several_processes_is_added_up(visit, monkeypatch):
    monkeypatch.setattr(processes, "memory", lambda *_: 0)
    code, said = visit("memory limit")
    assert code == 1 and "two processes together held" in failing(said)["memory limit"]


@needs_sandbox
def test_what_a_session_leaves_behind_is_found(visit, monkeypatch):
    kept = []

    class Untidy(Session):
        def close(self) -> None:
            kept.append(super().close)

    monkeypatch.setattr(testbed, "Session", Untidy)
    try:
        code, said = visit("next student")
    finally:
        for close in kept:
            close()
    assert code == 1 and "a process" in failing(said)["next student"]


@needs_sandbox
def test_a_question_that_is_answered_is_found(visit, monkeypatch):
    class Answering(Session):
        def run(self, source: str) -> list[dict]:
            return super().run("__builtins__.input = lambda *_: 'yes'\n" * ("ask(" in source) + source)

    monkeypatch.setattr(testbed, "Session", Answering)
    code, said = visit("questions", "output")
    assert code == 1 and failing(said) == {"questions": "answered: input()"}


def test_where_no_sandbox_can_run_one_line_says_so_with_advice(visit, monkeypatch):
    monkeypatch.setattr(sandbox, "_road", lambda device: (None, "bubblewrap is not installed"))
    code, said = visit("network", "files")
    assert code == 1 and failing(said).keys() == {"sandbox"} and not {"network", "files"} & said.keys()
    assert "bubblewrap is not installed" in said["sandbox"][1] and sandbox.ADVICE in said["sandbox"][1]


def test_a_sandbox_that_does_not_start_is_one_line_too(visit, monkeypatch):
    class Broken(Session):
        def start(self) -> None:
            raise sandbox.SandboxUnavailable("The student's process did not start.")

    monkeypatch.setattr(testbed, "Session", Broken)
    monkeypatch.setattr(sandbox, "available", lambda: None)
    code, said = visit("network")
    assert code == 1 and failing(said) == {"sandbox": "The student's process did not start."}
