"""What takes the place of execution in `nbgrader autograde`; the course's nbgrader_config.py names these classes.

nbgrader converts a submission twice. First submitted/ to autograded/: `RestoreSubmission` reads what was handed in and
puts back everything that concerns points. Then in autograded/: `GradeSubmission` has the engine run and judge it, and
nbgrader's own SaveAutoGrades takes the points over into the gradebook. `autograder grade` takes the same steps in
`work`, and `writer` leaves what nbgrader would have left.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum, Float, Int

from autograder import work
from autograder.lessons import labs
from autograder.seeds import seed

REPORT = "report.json"


class SubmissionExporter(NotebookExporter):
    """Hands the bytes of a file on to the first preprocessor, unread: a damaged notebook must not end a class."""

    def from_filename(self, filename: str, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:
        """The converted notebook and its resources."""
        resources = {} if resources is None else resources
        with open(filename, "rb") as file:
            resources["submission"] = file.read(work.MOST_READ)
        return self.from_notebook_node(new_notebook(), resources, **kw)


class RestoreSubmission(NbGraderPreprocessor):
    """Reads a submission and puts back everything that concerns points."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        return work.restored(resources["submission"], _lab(resources)), resources


class GradeSubmission(NbGraderPreprocessor):
    """Has the engine run and judge a restored notebook; its report goes beside the notebook as `report.json`."""

    device = Enum(["auto", "cpu", "cuda"], "auto", help="Where tensors of the tests lie.").tag(config=True)
    sandbox = Enum(["auto", "none"], "auto", help="'none' runs students' code unprotected.").tag(config=True)
    timeout = Float(60.0, help="Seconds for one cell, and at most half a minute for one call.").tag(config=True)
    seed = Int(
        None,
        allow_none=True,
        help="Seed of the tests' inputs. None: one for each submission, the same at each regrading.",
    ).tag(config=True)

    @property
    def settings(self) -> work.Settings:
        """The course's settings, as the unit of work takes them."""
        return work.Settings(self.device, self.sandbox, self.timeout, self.seed)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        nb = nbformat.reads(resources["submission"].decode("utf-8"), as_version=4)
        lab, settings = _lab(resources), self.settings
        if settings.seed is None:
            course = CourseDirectory(config=self.config).root
            settings = replace(settings, seed=seed(course, lab, nb.metadata["autograder"]["sha256"]))
        result, nb = work.judged(nb, lab, settings)
        resources.setdefault("outputs", {})[REPORT] = work.report_text(result).encode("utf-8")
        return nb, resources


def _lab(resources: dict) -> str:
    where = resources["nbgrader"]
    if where["notebook"] != where["assignment"] or where["assignment"] not in labs():
        raise ValueError(
            f"{where['assignment']}/{where['notebook']} is none of the labs; keep other assignments in another course."
        )
    return where["assignment"]


def config_file() -> Path:
    """The settings that `autograder course` copies into a course."""
    return Path(__file__).with_name("nbgrader_config.py")
