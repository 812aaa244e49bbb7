"""Every lesson from top to bottom with the answers in it, as a student who has solved it all would run it."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbclient import NotebookClient

from autograder import reference
from autograder.exercises import LABS
from autograder.release import student_notebook
from tools.submissions import with_answers

# The same models wherever the tests run, whatever else is installed.
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_LABS_MODEL": "small-gpt2", "TRANSFORMERS_LABS_CLASSIFIER": "small"}


@pytest.mark.parametrize("lab", LABS)
def test_a_solved_lesson_runs_to_its_end(lab: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in OFFLINE.items():
        monkeypatch.setenv(name, value)
    nb = with_answers(student_notebook(lab), reference.sources(lab))
    NotebookClient(nb, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in nb.cells for output in cell.get("outputs", [])]
    assert [one["text"] for one in outputs if one.get("name") == "stderr"] == []
    shown = [str(one["data"].get("text/plain")) for one in outputs if "data" in one]
    # Figures of a student's own work that could not be drawn say so in these words.
    assert not [text for text in shown if "Nothing to draw yet" in text or "This figure draws your own work" in text]
    assert any("All done" in text for text in shown)
