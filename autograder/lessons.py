"""Reading the labs' sources: percent-format Python in `solutions/`, as notebooks."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import jupytext
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions"


def labs() -> list[str]:
    """The labs there are, by name, in order."""
    return sorted(path.stem for path in SOLUTIONS.glob("[0-9]*.py"))


@lru_cache
def _read(lab: str) -> NotebookNode:
    path = SOLUTIONS / f"{lab}.py"
    if not path.is_file():
        raise KeyError(f"there is no lab {lab!r}; there are {', '.join(labs())}")
    return jupytext.read(path, fmt="py:percent")


def lesson(lab: str) -> NotebookNode:
    """The source of a lab as a notebook. Shared: copy it before changing it. Raises KeyError for an unknown lab."""
    return _read(lab)


def long_cells(lab: str) -> set[str]:
    """The sources of a lab's cells that take long and that no exercise needs: they are tagged `long`."""
    return {cell.source.strip() for cell in lesson(lab).cells if "long" in cell.metadata.get("tags", [])}


def grade_id(cell: NotebookNode) -> str | None:
    """The nbgrader id of a cell of a trusted notebook, or None."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id")  # not cell.metadata, which is five times as slow


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell of a trusted notebook gives points."""
    return cell["metadata"].get("nbgrader", {}).get("grade", False)
