"""A course: nbgrader's folder of source, release, submitted, autograded and feedback, with its gradebook.

Everything here goes through nbgrader's own converters and gradebook, in this process, with the course's settings; only
results of grading are written by a writer of our own, which leaves what nbgrader's converter would leave.
"""

from __future__ import annotations

import glob
import hashlib
import io
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets import TraitError
from traitlets.config import Config, PyFileConfigLoader

from autograder.lessons import labs
from autograder.nbgrader_hook import REPORT, GradeSubmission, config_file
from autograder.release import instructor_notebook
from autograder.seeds import seed
from autograder.work import MOST_READ, Settings, grade_bytes
from autograder.writer import Writer, one_line, only_nbgrader, unfinished

CONFIG = "nbgrader_config.py"
MARK = "autograder.nbgrader_hook"


class CourseError(Exception):
    """Something about a course that its instructor can put right; the message is one line."""


@dataclass(frozen=True)
class Handed:
    """One submission: who, which lab, where its notebook lies."""

    student: str
    lab: str
    notebook: Path

    def read(self) -> bytes:
        """What was handed in, as far as anybody reads it."""
        with open(self.notebook, "rb") as file:
            return file.read(MOST_READ)


class Course:
    """An existing course. Raises CourseError where `path` is none."""

    def __init__(self, path: Path | str):
        self.path = Path(path).resolve()
        settings = self.path / CONFIG
        if not settings.is_file():
            raise CourseError(f"{path} is not a course: make one with `autograder course {path}`.")
        if MARK not in settings.read_text(encoding="utf-8"):
            raise CourseError(f"{settings} does not use the autograder: take over the lines of {config_file()}.")
        try:
            self.config = PyFileConfigLoader(CONFIG, path=str(self.path)).load_config()
        except Exception as error:
            raise CourseError(f"{settings} cannot be loaded: {type(error).__name__}: {error}") from None
        self.config.CourseDirectory.root = str(self.path)
        if shutil.which("alembic") is None:  # nbgrader calls it by name, also where the environment is not activated
            os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        self.directory = CourseDirectory(config=self.config)

    def setting(self, name: str) -> Any:
        """A setting of the course's grading, or None where the course leaves it as it is."""
        return self.config.GradeSubmission.get(name)

    def settings(self, **changed: Any) -> Settings:
        """How submissions are graded here, but for what is `changed`. Raises CourseError for a value that is none."""
        config = deepcopy(self.config)
        config.merge(Config(GradeSubmission=Config(changed)))
        try:
            return GradeSubmission(config=config).settings
        except TraitError as error:
            raise CourseError(f"{self.path / CONFIG}: {error}") from None

    @cached_property
    def only_nbgrader(self) -> str | None:
        """A setting of this course that nothing but nbgrader's converter can follow: then `record` is not for it."""
        try:
            return only_nbgrader(self.config)
        except (TraitError, ImportError) as error:
            raise CourseError(f"{self.path / CONFIG}: {one_line(error)}") from None

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self.config)

    def close(self) -> None:
        """Closes the gradebook that `record` keeps open; the next `record` opens it again."""
        writer = self.__dict__.pop("_writer", None)
        if writer is not None:
            writer.close()

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook, open."""
        with Gradebook(self.directory.db_url, self.directory.course_id) as gradebook:
            yield gradebook

    def labs(self) -> list[str]:
        """The labs this course has, in order."""
        with self.gradebook() as gradebook:
            known = {assignment.name for assignment in gradebook.assignments}
        return [lab for lab in labs() if lab in known]

    def add_lab(self, lab: str) -> None:
        """Writes source/ and release/ of a lab and its cells into the gradebook. Grades there are stay.

        Raises CourseError where the lab's exercises have changed after submissions came in.
        """
        path = self.path / "source" / lab / f"{lab}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(instructor_notebook(lab)) + "\n", encoding="utf-8")
        try:
            self._convert(GenerateAssignment, lab)
        except NbGraderException as error:
            raise CourseError(f"nbgrader could not make the assignment {lab}: {error}") from None

    def handed_in(self, lab: str) -> list[Handed]:
        """The submissions to a lab, by student."""
        found = sorted(self.path.glob(f"submitted/*/{glob.escape(lab)}/{glob.escape(lab)}.ipynb"))
        return [Handed(path.parts[-3], lab, path) for path in found if path.is_file()]

    def result(self, handed: Handed) -> dict[str, Any] | None:
        """The report on a submission as it is now, or None where it has not been graded since it was handed in."""
        place = self.path / "autograded" / handed.student / handed.lab
        if unfinished(place):
            return None
        try:
            result = json.loads((place / REPORT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        fresh = result.get("sha256") == hashlib.sha256(handed.read()).hexdigest()
        return result if fresh else None

    def record(self, handed: Handed, result: bytes) -> None:
        """Puts a result of `work.grade_bytes` into autograded/ and the gradebook, durably, as nbgrader would have done.

        Raises NbGraderException where it cannot, and then both are as they were. One process writes at a time.
        """
        self._writer.record(handed, result)

    def job(self, handed: Handed, settings: Settings) -> tuple[Callable[..., bytes], bytes, str, Settings]:
        """What an executor has to run for a submission: `grade_bytes` and its arguments, with the seed it gets here."""
        data = handed.read()
        if settings.seed is None:
            settings = replace(settings, seed=seed(self.path, handed.lab, hashlib.sha256(data).hexdigest()))
        return grade_bytes, data, handed.lab, settings

    def grade(self, handed: Handed, **settings: Any) -> dict[str, Any]:
        """Grades one submission into autograded/ and the gradebook and returns its report.

        `settings` are those of GradeSubmission. Raises NbGraderException where the submission could not be graded; a
        notebook that cannot be read is no such case, it gets 0 and a report with "refused".
        """
        if self.only_nbgrader:
            self._convert(Autograde, handed.lab, handed.student, Config(GradeSubmission=Config(settings)))
        else:
            try:
                function, *arguments = self.job(handed, self.settings(**settings))
                done = function(*arguments)
            except Exception as error:
                raise NbGraderException(one_line(error)) from error
            self.record(handed, done)
        result = self.result(handed)
        if result is None:
            raise NbGraderException(
                "nbgrader wrote no report; does the course's nbgrader_config.py use the autograder?"
            )
        return result

    def feedback(self, handed: Handed) -> Path:
        """Writes a submission's feedback page and returns where it lies. Raises NbGraderException."""
        self._convert(GenerateFeedback, handed.lab, handed.student)
        return self.path / "feedback" / handed.student / handed.lab / f"{handed.lab}.html"

    def _convert(self, kind: type[BaseConverter], lab: str, student: str = "", more: Config | None = None) -> None:
        """Runs one of nbgrader's converters and keeps its log to itself, unless it fails."""
        said = io.StringIO()
        log = logging.Logger("autograder.nbgrader", logging.WARNING)
        log.addHandler(logging.StreamHandler(said))
        config = deepcopy(self.config)
        config.merge(more or {})
        config.CourseDirectory.assignment_id = lab
        if student:
            config.CourseDirectory.student_id = glob.escape(student)
        converter = kind(coursedir=CourseDirectory(config=config, log=log), config=config, log=log)
        converter.force = True
        try:
            converter.start()
        except NbGraderException:
            raise NbGraderException(_cause(said.getvalue())) from None


def _cause(log: str) -> str:
    """The line of nbgrader's log that says what went wrong: the last of its last traceback."""
    *_, trace = log.split("Traceback (most recent call last):")
    after = [line for line in trace.splitlines() if line and not line.startswith(" ")]
    if not after:
        return "nbgrader gave no reason"
    return after[0].removeprefix("RuntimeError: ").removeprefix("ValueError: ").rstrip()


def make_course(path: Path | str, chosen: list[str] | None = None) -> Course:
    """Makes a course at `path`, or brings an existing one up to date without touching its grades or settings.

    Raises CourseError for a path that is something else.
    """
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise CourseError(f"{path} is a file: a course is a folder.")
    unknown = sorted(set(chosen or []) - set(labs()))
    if unknown:
        raise CourseError(f"there is no lab {unknown[0]!r}: there are {', '.join(labs())}.")
    if not (path / CONFIG).exists():
        if path.is_dir() and any(path.iterdir()):
            raise CourseError(f"{path} is a folder with something else in it: give a new or an empty one.")
        path.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(config_file(), path / CONFIG)
    course = Course(path)
    for folder in ("source", "submitted"):
        (course.path / folder).mkdir(exist_ok=True)
    for lab in chosen or labs():
        course.add_lab(lab)
    return course
