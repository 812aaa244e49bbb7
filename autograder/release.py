"""From a lab's source to what students open: `notebooks/<lab>.ipynb` and the published examples.

Everything here is generated, so that text, stub, tests and examples cannot drift apart; `release(check=True)` proves
that what lies in the repository is what the sources give.
"""

from __future__ import annotations

import copy
import json
import re
from functools import lru_cache
from pathlib import Path

import nbformat
import safetensors.torch
import torch
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions
from torch import Tensor

from autograder import reference
from autograder.exercises import LABS, Draw, Exercise, exercises, given
from autograder.lessons import ROOT, labs, lesson
from autograder.setup_cell import badge, repository, setup_cell
from helpers.driver import GRADIENT, Outcome
from helpers.published import FOLDER, Example

NOTEBOOKS = ROOT / "notebooks"
PUBLIC_SEED = 2017  # the year of "Attention is all you need"; grading never uses it
GIVEN = ROOT / "helpers" / "given.py"
GIVEN_HEAD = '''"""Objects of earlier labs that a later one builds on. Written by `autograder release` from the solutions.

While an earlier lab is graded, its students' code cannot read this file.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
'''
MARKER = re.compile(r"^ *### (BEGIN|END) SOLUTION\n", re.MULTILINE)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def _notebook(lab: str, address: str | None) -> NotebookNode:
    """The source with its set-up cell and badge, ids that do not change from run to run, and a plain kernel."""
    nb = copy.deepcopy(lesson(lab))
    for index, cell in enumerate(nb.cells):
        cell.id = f"{lab[:2]}-{index:03d}"
        tags = cell.metadata.pop("tags", [])
        if "setup" in tags:
            cell.source = setup_cell(address)
    if address:
        nb.cells[0].source = f"{badge(address, lab)}\n\n{nb.cells[0].source}"
    nb.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python"), colab=NotebookNode(toc_visible=True)
    )
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def instructor_notebook(lab: str) -> NotebookNode:
    """The lab with solutions and hidden tests: nbgrader's source. Raises KeyError for an unknown lab."""
    return _notebook(lab, repository())


@lru_cache
def _student(lab: str, address: str | None) -> NotebookNode:
    nb = _notebook(lab, address)
    for step in (ClearSolutions(), ClearHiddenTests()):
        nb, _ = step.preprocess(nb, {})
    for cell in nb.cells:
        cell.source = cell.source.rstrip("\n")
    nb.metadata.pop("celltoolbar", None)
    return nb


def handout(lab: str) -> NotebookNode:
    """The lab as students get it: stubs, no solutions, no outputs. Shared: not to be changed; copying it takes longer than
    most of what it is looked up for. Raises KeyError for an unknown lab."""
    return _student(lab, repository())


def student_notebook(lab: str) -> NotebookNode:
    """A copy of `handout`."""
    return copy.deepcopy(handout(lab))


def published_example(lab: str, exercise: Exercise, order: int) -> Example:
    """Inputs, right and wrong outputs of one exercise on the public seed, in float32 where they are real."""
    cases = exercise.cases(Draw(PUBLIC_SEED))
    wrong = reference.wrong(lab, exercise, cases)
    return Example(
        name=exercise.name,
        lab=lab,
        points=exercise.points,
        order=order,
        cases=cases,
        expected=[_single(outcome) for outcome in reference.expected(lab, cases)],
        wrong={name: [_single(_without_gradients(o)) for o in outcomes] for name, outcomes in wrong.items()},
        hints=reference.hints(exercise),
    )


def _without_gradients(outcome: Outcome) -> Outcome:
    """A mistake is recognised by its outputs alone."""
    return Outcome({n: a for n, a in outcome.arrays.items() if not n.startswith(GRADIENT)}, outcome.error)


def _single(outcome: Outcome) -> Outcome:
    """Half the size, and still ten times finer than the tolerance. A traceback would name this machine's folders."""
    error = outcome.error and {**outcome.error, "traceback": "", "line": ""}
    return Outcome(
        {k: v.float() if v.dtype == torch.float64 and v.dim() else v for k, v in outcome.arrays.items()}, error
    )


def release(chosen: list[str] | None = None, check: bool = False) -> list[str]:
    """Writes the notebooks and examples of the labs; returns the files that changed.

    With `check` nothing is written, and the files returned are those that differ from what the sources give. Raises
    KeyError for an unknown lab.
    """
    changed = []
    for lab in chosen or labs():
        text = nbformat.writes(student_notebook(lab)) + "\n"
        changed += _release_text(NOTEBOOKS / f"{lab}.ipynb", text, check)
        for order, exercise in enumerate(exercises(lab)):
            changed += _release_example(published_example(lab, exercise, order), check)
    return changed + _release_text(GIVEN, given_module(), check)


def given_module() -> str:
    """The text of `helpers/given.py`: the solution cells that some lab takes from an earlier one."""
    wanted = {(earlier, name): None for lab in LABS for earlier, names in given(lab).items() for name in names}
    cells = [reference.sources(earlier)[name] for earlier, name in wanted]
    return "\n\n".join([GIVEN_HEAD, *(MARKER.sub("", cell).strip() + "\n" for cell in cells)])


def _release_text(path: Path, text: str, check: bool) -> list[str]:
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return []
    if not check:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [str(path.relative_to(ROOT))]


def _release_example(example: Example, check: bool) -> list[str]:
    index, tensors = example.to_files()
    text = json.dumps(index, indent=1, ensure_ascii=False) + "\n"
    path = FOLDER / f"{example.name}.json"
    block = path.with_suffix(".safetensors")
    fresh = (
        path.is_file()
        and block.is_file()
        and path.read_text(encoding="utf-8") == text
        and _alike(safetensors.torch.load_file(block), tensors)
    )
    if fresh:
        return []
    if not check:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        block.write_bytes(
            safetensors.torch.save({name: tensor.contiguous().clone() for name, tensor in tensors.items()})
        )
    return [str(block.relative_to(ROOT))]


def _alike(stored: dict[str, Tensor], fresh: dict[str, Tensor]) -> bool:
    """Equal up to the last digits, which differ between processors."""
    return stored.keys() == fresh.keys() and all(
        a.shape == fresh[name].shape
        and a.dtype == fresh[name].dtype
        and torch.allclose(a.double(), fresh[name].double(), rtol=1e-5, atol=1e-6, equal_nan=True)
        for name, a in stored.items()
    )
