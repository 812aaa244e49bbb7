"""What students open: no solutions, no outputs, valid nbgrader metadata, a set-up cell that fits its six lines."""

from __future__ import annotations

import re
import shutil

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder import release as builder
from autograder.exercises import LABS, exercises
from autograder.lessons import grade_id, long_cells
from autograder.setup_cell import badge, setup_cell
from helpers.published import FOLDER


@pytest.mark.parametrize("lab", LABS)
def test_the_student_notebook(lab: str) -> None:
    nb = builder.student_notebook(lab)
    nbformat.validate(nb)
    text = "\n".join(cell.source for cell in nb.cells)
    for word in ("SOLUTION", "HIDDEN TESTS", "require("):
        assert word not in text
    assert not any(cell.get("outputs") for cell in nb.cells)
    assert len({cell.id for cell in nb.cells}) == len(nb.cells)
    ids = [grade_id(cell) for cell in nb.cells if grade_id(cell)]
    assert ids == [name for e in exercises(lab) for name in (e.name, f"test_{e.name}")]
    for cell in nb.cells:
        if grade_id(cell):
            MetadataValidator().validate_cell(cell)
            assert "raise NotImplementedError()" in cell.source or cell.metadata.nbgrader["grade"]
    points = {
        grade_id(c): c.metadata.nbgrader["points"] for c in nb.cells if grade_id(c) and c.metadata.nbgrader["grade"]
    }
    assert points == {f"test_{e.name}": e.points for e in exercises(lab)}


@pytest.mark.parametrize("lab", LABS)
def test_figures_and_links_are_our_own(lab: str) -> None:
    text = "\n".join(cell.source for cell in builder.student_notebook(lab).cells)
    images = re.findall(r"!\[[^]]*\]\(([^)]*)\)|<img[^>]*src=[\"']([^\"']*)", text)
    hot = [
        address for pair in images for address in pair if address.startswith("http") and "colab-badge" not in address
    ]
    assert hot == []


def test_check_finds_every_kind_of_drift(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(builder, "NOTEBOOKS", tmp_path / "notebooks")
    monkeypatch.setattr(builder, "FOLDER", tmp_path / "examples")
    monkeypatch.setattr(builder, "GIVEN", tmp_path / "given.py")
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    shutil.copytree(FOLDER, tmp_path / "examples")
    assert sorted(builder.release()) == ["given.py", *(f"notebooks/{lab}.ipynb" for lab in LABS)]
    assert builder.release(check=True) == []
    (tmp_path / "notebooks/01_self_attention.ipynb").write_text("{}")
    (tmp_path / "given.py").write_text("")
    (tmp_path / "examples/causal_mask.json").write_text("{}")
    block = tmp_path / "examples/SelfAttention.safetensors"
    block.write_bytes(block.read_bytes()[:-4] + b"\x00\x00\x80\x3f")
    assert sorted(builder.release(check=True)) == [
        "examples/SelfAttention.safetensors",
        "examples/causal_mask.safetensors",
        "given.py",
        "notebooks/01_self_attention.ipynb",
    ]
    builder.release()
    assert builder.release(check=True) == []


def test_nothing_graded_lies_in_a_cell_that_grading_skips() -> None:
    for lab in LABS:
        long = long_cells(lab)
        assert not any(cell.source.strip() in long for cell in builder.student_notebook(lab).cells if grade_id(cell))
        assert {cell.source.strip() for cell in builder.student_notebook(lab).cells} >= long


def test_the_badge_is_right_or_absent() -> None:
    address = "https://github.com/somebody/labs"
    assert "colab.research.google.com/github/somebody/labs/blob/main/notebooks/x.ipynb" in badge(address, "x")
    assert badge("https://git.example.org/a/b", "x") == ""
    for cell in (setup_cell(None), setup_cell(address)):
        assert len(cell.splitlines()) <= 6
    assert "git+https://github.com/somebody/labs" in setup_cell(address)
