"""nbgrader's own hidden tests, for those who grade without the engine: chance must not cost a right answer a point."""

from __future__ import annotations

import contextlib
import io

import pytest
import torch

from autograder.lessons import grade_id, labs
from autograder.release import instructor_notebook

TIMES = 60  # each test draws its inputs anew; a mistake of one in fifty shows in two runs out of three


def namespace(lab: str) -> dict:
    """What a notebook holds when its imports and the right answers have run."""
    names = {"__name__": "__main__"}
    exec("from helpers import check, figures, progress, quiz", names)
    for cell in instructor_notebook(lab).cells:
        answer = grade_id(cell) and not cell.metadata.nbgrader["grade"]
        if cell.cell_type == "code" and (answer or cell.source.startswith(("import ", "from "))):
            exec(cell.source, names)
    names["check"] = lambda *_, **__: None  # looks at the published examples, which are always the same
    return names


@pytest.mark.parametrize("lab", labs())
def test_a_right_answer_passes_whatever_is_drawn(lab: str) -> None:
    names = namespace(lab)
    tests = [cell for cell in instructor_notebook(lab).cells if (grade_id(cell) or "").startswith("test_")]
    torch.seed()
    for cell in tests:
        code = compile(cell.source, grade_id(cell), "exec")
        for _ in range(TIMES):
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, names)
