"""The unit of work of grading a class: a submission's bytes in, a result's bytes out, and nothing else touched.

It may run in any process on any machine. nbgrader's own road (`nbgrader_hook`) takes the same two steps, `restored` and
`judged`, and so leaves the same notebook and the same report.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from nbformat.v4.rwbase import split_lines
from nbgrader.utils import compute_checksum

from autograder import submission
from autograder.disarm import disarm
from autograder.exercises import exercises
from autograder.lessons import grade_id, labs
from autograder.marks import Marks
from autograder.release import handout
from autograder.shown import shorten
from autograder.submission import SubmissionError
from helpers.cards import progress_card, verdict_card
from helpers.judging import Judgement

MOST_READ = submission.LARGEST + (
    1 << 20
)  # bytes of a submission that anybody reads: enough to say that it is too large


@dataclass(frozen=True)
class Settings:
    """How to grade; what each one means is said at nbgrader_hook.GradeSubmission."""

    device: str = "auto"
    sandbox: str = "auto"
    timeout: float = 60.0
    seed: int | None = None


def grade_bytes(data: bytes, lab: str, settings: Settings) -> bytes:
    """The result of grading what was handed in: its report and its marks, a line of JSON each, then the executed notebook's text.

    What cannot be read gets a report with "refused". Raises what `engine.grade` raises, and DeviceUnavailable.
    """
    return packed(*judged(restored(data, lab), lab, settings))


def packed(report: dict[str, Any], nb: NotebookNode) -> bytes:
    """A report, the marks of its notebook and the notebook as one text; the notebook is used up."""
    # The one who writes the gradebook has all others waiting: what can be read off the notebook is read here, by many.
    lines = [json.dumps(report).encode(), json.dumps(Marks.of(nb).to_json()).encode()]
    return b"\n".join([*lines, notebook_text(nb)])


def parts(result: bytes) -> tuple[dict[str, Any], Marks, str]:
    """The report, the marks and the notebook's text of what `grade_bytes` gave. Raises ValueError where it is something else."""
    report, marks, notebook = result.split(b"\n", 2)
    return json.loads(report), Marks.from_json(json.loads(marks)), notebook.decode()


def notebook_text(nb: NotebookNode) -> bytes:
    """The notebook as nbformat writes it to a file; but it is used up, which saves copying it first."""
    text = orjson.dumps(split_lines(nb), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
    # orjson indents by two and nbformat by one. Within a text there is no end of a line.
    return b"\n".join([line[(len(line) - len(line.lstrip(b" "))) // 2 :] for line in text.split(b"\n")])


def restored(data: bytes, lab: str) -> NotebookNode:
    """The notebook to be run: tests, points and ids come from the lab. What cannot be read becomes an untouched notebook.

    A note in its metadata says what was handed in, and why it was refused.
    """
    # `submission.read` drops all metadata, so that nobody but this function writes such a note.
    note = {"sha256": hashlib.sha256(data).hexdigest()}
    try:
        nb, _ = accept(data, lab)
    except SubmissionError as error:
        nb = handout(lab)
        note["refused"] = str(error)
    nb = submission.restore(nb, handout(lab))
    nb.metadata["autograder"] = note
    return nb


def judged(nb: NotebookNode, lab: str, settings: Settings) -> tuple[dict[str, Any], NotebookNode]:
    """The report on a notebook that `restored` made, and the notebook as it was run, fit to be shown."""
    note = nb.metadata.pop("autograder")
    if "refused" in note:
        result = _refuse(nb, lab, note["refused"])
    else:
        from autograder import engine

        report, nb = engine.grade(
            nb,
            lab,
            seed=settings.seed,
            device=find_device(settings.device),
            sandbox=settings.sandbox,
            limits=limits(settings.timeout),
        )
        result = report.to_json()
    result |= dict(sorted(note.items()))  # as they come out of a notebook's file on nbgrader's road
    _set_checksums(nb, lab)
    shorten(nb)
    disarm(nb, lab)
    _show_progress(nb, lab, result)
    return result, nb


def report_text(result: dict[str, Any]) -> str:
    """A report as it lies in `report.json`."""
    return json.dumps(result, indent=1, ensure_ascii=False) + "\n"


def accept(data: bytes, wanted: str | None = None) -> tuple[NotebookNode, str]:
    """The notebook in `data`, cleaned, and its lab. Raises SubmissionError, also where the lab is not `wanted`."""
    nb = submission.read(data)
    return nb, submission.lab_of(nb, {lab: handout(lab) for lab in labs()}, wanted)


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
    for cell in nb["cells"]:
        if name := grade_id(cell):
            cell["metadata"]["nbgrader"]["checksum"] = _checksums(lab)[name]


@cache
def _checksums(lab: str) -> dict[str, str]:
    return {grade_id(cell): compute_checksum(cell) for cell in handout(lab).cells if grade_id(cell)}


def _show_progress(nb: NotebookNode, lab: str, result: dict[str, Any]) -> None:
    """What `progress()` would say had the student's own record been here: the points of this grading."""
    rows = [(one["name"], one["score"], one["max_score"], one["status"]) for one in result["exercises"]]
    card = progress_card(lab, rows)
    for cell in nb["cells"]:
        if cell["cell_type"] == "code" and cell["source"].strip() == "progress()":
            data = NotebookNode({"text/html": card.html, "text/plain": card.text})
            cell["outputs"] = [NotebookNode(output_type="display_data", data=data, metadata=NotebookNode())]
