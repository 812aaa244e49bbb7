"""Reads a stream of mutants as a grader would, within limits; a process of its own, started by tests/test_mutants.py.

For each mutant a line of JSON goes out: its name, family and fate, and what became of it. A mutant that breaks a promise is
reported under "broken" with what went wrong; one that would take all memory or never end ends this process.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import traceback

import nbformat

from autograder import submission
from autograder.lessons import grade_id
from autograder.release import student_notebook
from autograder.work import accept
from tests.mutants import Mutant, stream

MEMORY = 800 << 20  # bytes above what the imports took
SECONDS = 30  # of processor time for one mutant


def main(count: int) -> None:
    """Reads `count` mutants."""
    resource.setrlimit(resource.RLIMIT_AS, (_size() + MEMORY, resource.RLIM_INFINITY))
    signal.signal(signal.SIGXCPU, _too_long)
    for mutant in stream(count):
        used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        resource.setrlimit(resource.RLIMIT_CPU, (used + SECONDS, resource.RLIM_INFINITY))
        line = {"name": mutant.name, "fate": mutant.fate}
        try:
            line["refused"] = look(mutant)
        except Exception:
            line["broken"] = traceback.format_exc(limit=-3)
        print(json.dumps(line), flush=True)


def look(mutant: Mutant) -> str | None:
    """Why the mutant was refused, or None where it was read. Raises where a promise is broken."""
    try:
        nb, lab = accept(mutant.data, mutant.lab)
    except submission.SubmissionError as error:
        assert mutant.fate != "same", str(error)
        return str(error)
    assert mutant.fate != "refused" and lab == mutant.lab
    template = student_notebook(lab)
    restored = submission.restore(nb, template)
    nbformat.validate(restored)
    text = nbformat.writes(restored)
    assert nbformat.reads(text, as_version=4) == restored
    assert tests_in(restored) == tests_in(template)
    assert submission.restore(restored, template) == restored
    return None


def tests_in(nb: nbformat.NotebookNode) -> list[tuple]:
    """What decides about points: each test cell's id, source and metadata."""
    tests = [cell for cell in nb.cells if grade_id(cell) and cell.metadata.nbgrader["grade"]]
    return sorted((grade_id(cell), cell.source, json.dumps(cell.metadata.nbgrader, sort_keys=True)) for cell in tests)


def _size() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _too_long(*_: object) -> None:
    raise RuntimeError(f"one mutant took more than {SECONDS} s")


if __name__ == "__main__":
    main(int(sys.argv[1]))
