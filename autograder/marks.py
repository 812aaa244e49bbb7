"""What nbgrader reads off an executed notebook: points, comments, and how the cells that it knows are laid out."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

SILENT = logging.Logger("autograder.marks", logging.CRITICAL)


@dataclass(frozen=True)
class Marks:
    """scores and comments: by the name of the cell, as SaveAutoGrades has them; layout: each cell's type and its metadata's text"""

    scores: dict[str, float | None] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    layout: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, nb: NotebookNode) -> Marks:
        """The points of the test cells, and "No response." on answers that are as they were given out."""
        known = [cell for cell in nb["cells"] if "nbgrader" in cell["metadata"]]
        layout = ((cell["cell_type"], json.dumps(cell["metadata"]["nbgrader"], sort_keys=True)) for cell in known)
        marks = cls(layout=tuple(layout))
        for cell in known:
            name = cell["metadata"]["nbgrader"]["grade_id"]
            if is_grade(cell):
                marks.scores[name] = determine_grade(cell, SILENT)[0]
            if is_solution(cell) or is_task(cell):
                untouched = cell["metadata"]["nbgrader"].get("checksum") == compute_checksum(cell) and not is_task(cell)
                marks.comments[name] = "No response." if untouched else None
        return marks

    def to_json(self) -> dict[str, Any]:
        """As plain data, from which `from_json` makes the same again."""
        return {"scores": self.scores, "comments": self.comments, "layout": self.layout}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Marks:
        """The inverse of `to_json`."""
        return cls(data["scores"], data["comments"], tuple((kind, text) for kind, text in data["layout"]))
