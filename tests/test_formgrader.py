"""formgrader's autograde button, pressed in a browser as an instructor does it: it is the engine that grades."""

from __future__ import annotations

import json
import shutil

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from autograder import reference, sandbox
from autograder.course import make_course
from autograder.release import student_notebook
from tools.screenshots import FLAGS, jupyter
from tools.submissions import with_answers

LAB = "01_self_attention"
BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(sandbox.available() is not None, reason=str(sandbox.available())),
]


def test_the_autograde_button(tmp_path):
    course = make_course(tmp_path / "course", [LAB])
    course.close()
    # A right answer to one exercise, and a cell that lifts stock nbgrader to all points.
    answers = {"causal_mask": reference.sources(LAB)["causal_mask"]}
    nb = with_answers(student_notebook(LAB), answers)
    nb.cells.insert(0, nbformat.v4.new_code_cell("import torch\ntorch.allclose = torch.equal = lambda *a, **k: True"))
    handed = course.path / "submitted" / "ann" / LAB / f"{LAB}.ipynb"
    handed.parent.mkdir(parents=True)
    nbformat.write(nb, handed)

    with jupyter(course.path, "light") as address, sync_playwright() as play:
        page = play.chromium.launch(executable_path=BROWSER, args=FLAGS).new_page()
        page.goto(f"{address}/formgrader/manage_submissions/{LAB}")
        row = page.locator("tr", has_text="ann")
        assert "needs autograding" in row.inner_text(timeout=30_000)
        row.locator(".autograde a").click()
        page.get_by_text("Successfully autograded").wait_for(timeout=120_000)
        page.reload()
        assert "1 / 20" in row.inner_text(timeout=30_000)
        page.goto(f"{address}/formgrader/gradebook/{LAB}/{LAB}")
        page.get_by_text("Submission #1").click()
        page.get_by_text("✓ causal_mask: ").first.wait_for(timeout=30_000)

    report = json.loads((course.path / "autograded" / "ann" / LAB / "report.json").read_text())
    assert report["score"] == 1 and report["seed"]
