"""The unit of work: bytes in, bytes out, in any process."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import warnings
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder import reference, sandbox
from autograder.exercises import exercises
from autograder.release import student_notebook
from autograder.work import MOST_READ, DeviceUnavailable, Settings, grade_bytes, notebook_text, parts
from tools.submissions import with_answers

LAB = "01_self_attention"
POINTS = {exercise.name: exercise.points for exercise in exercises(LAB)}


def test_a_submission_is_graded_in_another_process_without_a_trace(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    right = reference.sources(LAB)["causal_mask"]
    data = nbformat.writes(with_answers(student_notebook(LAB), {"causal_mask": right})).encode()
    settings = Settings(sandbox="none" if sandbox.available() else "auto", seed=2**70)  # a course may set any number
    assert pickle.loads(pickle.dumps(settings)) == settings
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        report, _, notebook = parts(executor.submit(grade_bytes, data, LAB, settings).result())
    assert {one["name"]: one["score"] for one in report["exercises"] if one["score"]} == {
        "causal_mask": POINTS["causal_mask"]
    }
    assert (report["seed"], report["lab"]) == (2**70, LAB)
    nb = nbformat.reads(notebook, as_version=4)
    nbformat.validate(nb)
    assert "autograder" not in nb.metadata and notebook.endswith("}\n")
    assert os.listdir(tmp_path) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, st.text(), st.text())
def test_a_notebook_is_written_as_nbformat_writes_it(extra: object, source: str, text: str) -> None:
    nb = student_notebook(LAB)
    nb.cells = [new_code_cell(source, outputs=[new_output("stream", text=text)]), nb.cells[0], new_markdown_cell(text)]
    nb.metadata["extra"] = extra
    nb = nbformat.from_dict(nb)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = nbformat.writes(nb, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"
    assert notebook_text(deepcopy(nb)).decode() == theirs


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"{", "JSON is damaged"),
        (b"x" * MOST_READ, "larger than 32 MB"),
        (nbformat.writes(student_notebook("04_decoding")).encode(), "of lab 04_decoding, not of 01_self_attention"),
    ],
    ids=["empty", "damaged", "too large", "another lab"],
)
def test_what_cannot_be_read_is_refused_and_gets_nothing(data: bytes, words: str) -> None:
    report, _, notebook = parts(grade_bytes(data, LAB, Settings()))
    assert words in report["refused"]
    assert (report["score"], report["max_score"]) == (0, sum(POINTS.values()))
    assert words in nbformat.reads(notebook, as_version=4).cells[0].source


def test_a_device_that_is_not_there_is_an_error_not_a_result() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is one here")
    data = nbformat.writes(student_notebook(LAB)).encode()
    with pytest.raises(DeviceUnavailable):
        grade_bytes(data, LAB, Settings(device="cuda"))
