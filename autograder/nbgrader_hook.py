"""What takes the place of execution in `nbgrader autograde`; the course's nbgrader_config.py names these classes.

nbgrader converts a submission twice. First submitted/ to autograded/: `RestoreSubmission` reads what was handed in and
puts back everything that concerns points. Then in autograded/: `GradeSubmission` has the engine run and judge it, and
nbgrader's own SaveAutoGrades takes the points over into the gradebook.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum
from traitlets import Enum, Float, Int

from autograder import submission
from autograder.exercises import exercises
from autograder.lessons import grade_id, labs
from autograder.release import student_notebook
from autograder.submission import SubmissionError
from helpers.cards import progress_card, verdict_card
from helpers.judging import Judgement

REPORT = "report.json"
KEPT = frozenset({"text/plain", "text/html", "image/png", "image/jpeg"})
TAGS = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "details",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
]


class SubmissionExporter(NotebookExporter):
    """Hands the bytes of a file on to the first preprocessor, unread: a damaged notebook must not end a class."""

    def from_filename(self, filename: str, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:
        """The converted notebook and its resources."""
        resources = {} if resources is None else resources
        with open(filename, "rb") as file:
            resources["submission"] = file.read(submission.LARGEST + (1 << 20))
        return self.from_notebook_node(new_notebook(), resources, **kw)


class RestoreSubmission(NbGraderPreprocessor):
    """Reads a submission; tests, points and ids come from the lab. What cannot be read becomes an untouched notebook."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        lab, data = _lab(resources), resources["submission"]
        # `submission.read` drops all metadata, so that nobody but this class writes a note into it.
        note = {"sha256": hashlib.sha256(data).hexdigest()}
        try:
            nb, _ = accept(data, lab)
        except SubmissionError as error:
            nb = submission.restore(student_notebook(lab), student_notebook(lab))
            note["refused"] = str(error)
        else:
            nb = submission.restore(nb, student_notebook(lab))
        nb.metadata["autograder"] = note
        return nb, resources


class GradeSubmission(NbGraderPreprocessor):
    """Has the engine run and judge a restored notebook; its report goes beside the notebook as `report.json`."""

    device = Enum(["auto", "cpu", "cuda"], "auto", help="Where tensors of the tests lie.").tag(config=True)
    sandbox = Enum(["auto", "none"], "auto", help="'none' runs students' code unprotected.").tag(config=True)
    timeout = Float(60.0, help="Seconds for one cell, and at most half a minute for one call.").tag(config=True)
    seed = Int(None, allow_none=True, help="Seed of the tests' inputs; drawn afresh where None.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        lab = _lab(resources)
        nb = nbformat.reads(resources["submission"].decode("utf-8"), as_version=4)
        note = nb.metadata.pop("autograder")
        if "refused" in note:
            result = _refuse(nb, lab, note["refused"])
        else:
            result, nb = self._grade(nb, lab)
        result |= note
        _set_checksums(nb, lab)
        _disarm(nb, lab)
        _show_progress(nb, lab, result)
        text = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        resources.setdefault("outputs", {})[REPORT] = text.encode("utf-8")
        return nb, resources

    def _grade(self, nb: NotebookNode, lab: str) -> tuple[dict, NotebookNode]:
        from autograder import engine

        report, nb = engine.grade(
            nb, lab, seed=self.seed, device=find_device(self.device), sandbox=self.sandbox, limits=limits(self.timeout)
        )
        return report.to_json(), nb


def accept(data: bytes, wanted: str | None = None) -> tuple[NotebookNode, str]:
    """The notebook in `data`, cleaned, and its lab. Raises SubmissionError, also where the lab is not `wanted`."""
    nb = submission.read(data)
    return nb, submission.lab_of(nb, {lab: student_notebook(lab) for lab in labs()}, wanted)


class DeviceUnavailable(Exception):
    """The device that was asked for is not here; the message is one line."""


def find_device(name: str) -> str:
    """The torch device for "auto", "cpu" or "cuda". Raises DeviceUnavailable for "cuda" where there is none."""
    import torch

    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceUnavailable("there is no CUDA device here; use `--device cpu` or `auto`.")
    return ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name


def limits(timeout: float) -> Any:
    """The engine's limits with `timeout` seconds for a cell, and no more than that for a call."""
    from autograder.session import Limits

    return Limits(cell_seconds=timeout, call_seconds=min(timeout, Limits.call_seconds))


def _lab(resources: dict) -> str:
    where = resources["nbgrader"]
    if where["notebook"] != where["assignment"] or where["assignment"] not in labs():
        raise ValueError(
            f"{where['assignment']}/{where['notebook']} is none of the labs; keep other assignments in another course."
        )
    return where["assignment"]


def _refuse(nb: NotebookNode, lab: str, message: str) -> dict[str, Any]:
    """Nothing could be run: every test says so, and gives no point."""
    from autograder.engine import Report

    line = f"This submission could not be graded: {message}"
    judgements = tuple(Judgement(one.name, one.points, 0.0, "missing", line) for one in exercises(lab))
    for cell in nb.cells:
        for judgement in judgements:
            if grade_id(cell) == f"test_{judgement.name}":
                card = verdict_card(judgement)
                cell.outputs = [
                    new_output("display_data", data={"text/html": card.html, "text/plain": card.text}),
                    new_output("execute_result", data={"text/plain": "0"}, execution_count=1),
                ]
    nb.cells.insert(0, new_markdown_cell(f"**{line}** Below is the notebook as it was given out.", id="cell-refused"))
    return Report(lab, "none", 0.0, 0, judgements).to_json()


def _set_checksums(nb: NotebookNode, lab: str) -> None:
    """nbgrader tells an untouched answer ("No response.") by the checksum of the cell that was given out."""
    given = {grade_id(cell): compute_checksum(cell) for cell in student_notebook(lab).cells if grade_id(cell)}
    for cell in nb.cells:
        if grade_id(cell):
            cell.metadata.nbgrader["checksum"] = given[grade_id(cell)]


def _disarm(nb: NotebookNode, lab: str) -> None:
    """Formgrader shows this notebook in the instructor's browser, with the instructor's rights: no script may be in it.

    Left alone are the lesson's own text and the cells that the engine wrote.
    """
    ours = {cell.source for cell in student_notebook(lab).cells if cell.cell_type == "markdown"}
    clean = SanitizeHTML(tags=TAGS, attributes={"*": ["style", "title", "open"], "a": ["href"]}).sanitize_html_tags
    for cell in nb.cells:
        if cell.cell_type == "code":
            if not (grade_id(cell) and cell.metadata.nbgrader["grade"]):
                for output in cell.outputs:
                    if "data" in output:
                        output.data = NotebookNode(_harmless(output.data, clean))
        elif cell.source not in ours:
            cell.source = clean(cell.source)


def _harmless(data: dict[str, str], clean: Any) -> dict[str, str]:
    kept = {kind: value for kind, value in data.items() if kind in KEPT}
    if "<script" in kept.get("text/html", "").lower():
        del kept["text/html"]  # a figure that needs its script; cleaned, only the script's text would be left
    if "text/html" in kept:
        kept["text/html"] = clean(kept["text/html"])
    return kept or {"text/plain": "(an output that cannot be shown here)"}


def _show_progress(nb: NotebookNode, lab: str, result: dict[str, Any]) -> None:
    """What `progress()` would say had the student's own record been here: the points of this grading."""
    rows = [(one["name"], one["score"], one["max_score"], one["status"]) for one in result["exercises"]]
    card = progress_card(lab, rows)
    for cell in nb.cells:
        if cell.cell_type == "code" and cell.source.strip() == "progress()":
            cell.outputs = [new_output("display_data", data={"text/html": card.html, "text/plain": card.text})]


def config_file() -> Path:
    """The settings that `autograder course` copies into a course."""
    return Path(__file__).with_name("nbgrader_config.py")
