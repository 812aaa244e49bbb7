"""Anything may be handed in: it is graded, or refused with one line."""

from __future__ import annotations

import json
import random

import nbformat
import pytest

from autograder import submission
from autograder.lessons import grade_id
from autograder.release import instructor_notebook, student_notebook

LAB = "01_self_attention"


def raw() -> dict:
    return json.loads(nbformat.writes(student_notebook(LAB)))


def packed(data: object) -> bytes:
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"not json", "damaged"),
        (b"\xff\xfe\x00", "damaged"),
        (b"[" * 100_000, "damaged"),
        (b"[1, 2]", "not a notebook"),
        (b'{"a": 1}', "not a notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "format 4"),
        (b'{"nbformat": 4, "cells": 7}', "format 4"),
        (packed(raw())[:-100], "damaged"),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(submission.SubmissionError, match=words) as refusal:
        submission.read(data)
    assert "\n" not in str(refusal.value)


def test_the_wrong_lab_is_refused() -> None:
    nb = submission.read(packed({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}))
    with pytest.raises(submission.SubmissionError, match="no exercise of any lab"):
        submission.lab_of(nb, {LAB: student_notebook(LAB)})
    assert submission.lab_of(submission.read(packed(raw())), {LAB: student_notebook(LAB)}) == LAB


def test_points_ids_and_tests_come_from_the_template() -> None:
    data = raw()
    cells = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in data["cells"]}
    cells["test_SelfAttention"]["metadata"]["nbgrader"]["points"] = 1000
    cells["test_SelfAttention"]["source"] = "print('all is well')"
    cells["test_causal_mask"]["metadata"]["nbgrader"]["grade_id"] = "test_of_my_own"
    data["cells"].remove(cells["test_attention_weights"])
    data["cells"].append(json.loads(json.dumps(cells["test_gpt_parameter_count"])))
    nb = submission.restore(submission.read(packed(data)), student_notebook(LAB))
    nbformat.validate(nb)
    wanted = {
        grade_id(c): (c.source, c.metadata.nbgrader["points"])
        for c in student_notebook(LAB).cells
        if grade_id(c) and c.metadata.nbgrader["grade"]
    }
    graded = [c for c in nb.cells if grade_id(c) and c.metadata.nbgrader["grade"]]
    assert sorted(grade_id(c) for c in graded) == sorted(wanted)
    assert {grade_id(c): (c.source, c.metadata.nbgrader["points"]) for c in graded} == wanted


def test_damaged_notebooks_never_crash_the_reader() -> None:
    dice = random.Random(7)
    odd = [None, 3, -1.5, "x", "\ud800", [], {}, [[]], {"a": {}}, True, "nbgrader", ["a", 1], 10**30]

    def damage(value: object) -> object:
        if dice.random() < 0.01:
            return dice.choice(odd)
        if isinstance(value, dict):
            return {k: damage(v) for k, v in value.items() if dice.random() > 0.01}
        return [damage(v) for v in value] if isinstance(value, list) else value

    whole, read = json.loads(nbformat.writes(instructor_notebook(LAB))), 0
    for _ in range(120):
        data = damage(whole)
        try:
            nb = submission.restore(submission.read(packed(data)), student_notebook(LAB))
        except submission.SubmissionError:
            continue
        read += 1
        nbformat.validate(nb)
        nbformat.writes(nb)
        assert sum(c.metadata.nbgrader["grade"] for c in nb.cells if grade_id(c)) == 7
    assert read > 80
