"""The one writer of a course: puts a result where `nbgrader autograde` would have put it, at once and as a whole.

Its files are made in a draft beside their place. When they are on the disk the draft is called ready, then the rows are
committed to the gradebook, then the draft takes its place. So whatever ends this process, each of files and rows is the
old or the new, and as long as something is called ready the two may disagree: such a submission is graded again.
"""

from __future__ import annotations

import fnmatch
import glob
import json
import logging
import os
import shutil
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import orjson
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbconvert.writers import FilesWriter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, IgnorePattern, LimitOutput, SaveAutoGrades
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from autograder import durable
from autograder.marks import Marks
from autograder.nbgrader_hook import REPORT, GradeSubmission, RestoreSubmission, SubmissionExporter
from autograder.rows import find_or_make
from autograder.work import parts, report_text

if TYPE_CHECKING:
    from autograder.course import Handed

EDITING = (IgnorePattern, LimitOutput, ClearMetadataPreprocessor)  # of nbgrader's own list: they change a notebook only
LOG = logging.Logger("autograder.writer", logging.CRITICAL)


class Writer:
    """Writes into the course that has this configuration. The gradebook stays open until `close`.

    For a course in which `only_nbgrader` finds something, it is not the right one.
    """

    def __init__(self, config: Config):
        self.files = _Files(config)
        directory = self.files.coursedir
        self.gradebook = Gradebook(directory.db_url, directory.course_id)
        self.gradebook.check_course()  # nbgrader's preprocessors open the gradebook without the course's name

    def close(self) -> None:
        """Closes the gradebook."""
        self.gradebook.close()

    def record(self, handed: Handed, result: bytes) -> None:
        """Puts the result of `work.grade_bytes` into the course.

        Raises NbGraderException where it cannot; then nothing has changed, or the submission counts as not graded.
        """
        draft = _beside(self.files.place(handed), "draft")
        try:
            report, marks, notebook = parts(result)
            if any(isinstance(step, EDITING) for step in self.files.steps):
                notebook, marks = self._edited(notebook)
            elif any(isinstance(step, CheckCellMetadata) for step in self.files.steps):
                _check(marks.layout)
            durable.remove(draft)
            self.files.write(handed, {REPORT: report_text(report), f"{handed.lab}.ipynb": notebook})
            durable.flush(draft)
            self._save(handed, marks)
            self._put_in_place(handed)
        except NbGraderException:
            raise
        except SQLAlchemyError as error:
            raise NbGraderException(f"the gradebook cannot be written: {getattr(error, 'orig', error)}") from error
        except Exception as error:  # a course's own late-penalty plugin is anybody's code
            raise NbGraderException(f"the result cannot be written: {one_line(error)}") from error
        finally:
            self.gradebook.db.remove()  # what is not committed is taken back, what was read is forgotten
            durable.remove(draft)

    def _edited(self, text: str) -> tuple[str, Marks]:
        """The notebook after what the course's list has nbgrader do to it, and the marks that nbgrader reads off it then."""
        nb, marks = nbformat.v4.to_notebook(orjson.loads(text)), Marks()
        for step in self.files.steps:
            if isinstance(step, SaveAutoGrades):
                marks = Marks.of(nb)
            elif isinstance(step, CheckCellMetadata):
                _check(Marks.of(nb).layout)
            elif isinstance(step, EDITING):
                nb, _ = step(nb, {})
        nbformat.validate(nb, relax_add_props=True)
        return nbformat.v4.writes(nb) + "\n", marks

    def _save(self, handed: Handed, marks: Marks) -> None:
        """The rows of a submission, in one transaction (two where it is late)."""
        db = self.gradebook.db
        rows = find_or_make(
            db, handed.student, handed.lab, self.files.timestamp(handed), enrol=self.files.create_student
        )
        for notebook in rows.notebooks.keys() - {handed.lab}:
            self.files.require_absent(handed, notebook)
            rows.give_nothing(notebook)

        def commit() -> None:
            rows.send(db)  # if the gradebook is locked, it shows before anything is called ready
            place = self.files.place(handed)
            if not unfinished(place):
                _beside(place, "draft").rename(_beside(place, "ready"))
                durable.flush_entry(place.parent)
            db.commit()

        for step in self.files.steps:
            if isinstance(step, SaveAutoGrades):
                rows.save(handed.lab, marks)
            elif isinstance(step, AssignLatePenalties):
                rows.penalise(step, handed.student, handed.lab, commit)
        commit()

    def _put_in_place(self, handed: Handed) -> None:
        place = self.files.place(handed)
        ready, draft = _beside(place, "ready"), _beside(place, "draft")
        durable.exchange(
            draft if draft.exists() else ready, place
        )  # the draft, where an earlier one had come to be ready
        durable.remove(draft)
        if ready.exists():  # there was a former result; it goes the same way as any draft
            ready.rename(draft)


class _Files(Autograde):
    """nbgrader's converter with a course's settings, but what it would write goes into the draft of a submission."""

    def __init__(self, config: Config):
        super().__init__(coursedir=CourseDirectory(config=config, log=LOG), config=config, log=LOG)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        self._sanitizing = False
        self._init_preprocessors()
        self._sanitizing = True
        self.steps = [step for step in self.exporter._preprocessors if getattr(step, "enabled", True)]

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        return str(_beside(Path(super()._format_dest(assignment_id, student_id, escape)), "draft"))

    def place(self, handed: Handed) -> Path:
        """Where nbgrader has the graded submission."""
        return Path(super()._format_dest(handed.lab, handed.student))

    def timestamp(self, handed: Handed) -> Any:
        """When it was handed in, if timestamp.txt says so."""
        folder = self._format_source(handed.lab, handed.student)
        try:
            return self.coursedir.get_existing_timestamp(folder)
        except AttributeError:  # nbgrader means to say so and stumbles
            raise NbGraderException(f"{folder}/timestamp.txt holds no time.") from None

    def require_absent(self, handed: Handed, notebook: str) -> None:
        """Raises NbGraderException where a notebook was handed in that belongs to the assignment, but is not the lab."""
        if Path(self._format_source(handed.lab, handed.student), f"{notebook}.ipynb").exists():
            raise NbGraderException(f"{handed.lab}/{notebook} is none of the labs; keep it in another course.")

    def write(self, handed: Handed, texts: dict[str, str]) -> None:
        """Makes the draft: `texts`, what was handed in beside the notebook, and what the lab brings along."""
        if handed.student in self.coursedir.student_id_exclude.split(","):
            raise NbGraderException("the course's settings exclude this student (student_id_exclude).")
        draft = self._format_dest(handed.lab, handed.student)
        _copy(self._format_source(handed.lab, handed.student), draft, self.coursedir.ignore, set())
        source = self.coursedir.format_path(self.coursedir.source_directory, ".", handed.lab)
        kept = {os.path.join(source, name) for name in self.exclude_overwriting.get(handed.lab, [])}
        _copy(source, draft, self.coursedir.ignore, kept)
        os.makedirs(draft, mode=0o755, exist_ok=True)
        for name, text in texts.items():
            path = Path(draft, name)
            path.unlink(missing_ok=True)
            path.write_bytes(text.encode("utf-8"))
        self.set_permissions(handed.lab, handed.student)


def one_line(error: Exception) -> str:
    """The first line of an error, without the kinds that say nothing."""
    kind = "" if isinstance(error, RuntimeError | ValueError) else f"{type(error).__name__}: "
    return kind + str(error).partition("\n")[0].rstrip()


def only_nbgrader(config: Config) -> str | None:
    """Which setting of a course asks for something that only nbgrader's converter does, if one does."""
    files = _Files(config)
    chosen = [import_item(one) if isinstance(one, str) else one for one in files.sanitize_preprocessors]
    kinds = [type(step) for step in files.steps]
    known = [GradeSubmission, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata, *EDITING]
    for name, usual in (
        ("Autograde.exporter_class", files.exporter_class is SubmissionExporter),
        ("Autograde.sanitize_preprocessors", chosen == [RestoreSubmission]),
        ("Autograde.autograde_preprocessors", kinds[:1] == [GradeSubmission] and _in_order(kinds, known)),
        ("Autograde.pre_convert_hook", files.pre_convert_hook is None),
        ("Autograde.post_convert_hook", files.post_convert_hook is None),
        ("CourseDirectory.notebook_id", files.coursedir.notebook_id == "*"),
        ("NotebookExporter.nbformat_version", files.exporter.nbformat_version == nbformat.current_nbformat),
        ("FilesWriter.files", not FilesWriter(parent=files, config=files.config).files),
    ):
        if not usual:
            return name
    return None


def _in_order(kinds: list[type], known: list[type]) -> bool:
    """Whether all steps are known, each comes once, and penalties come after the points that they are taken off."""
    marks = [kind for kind in kinds if kind in (SaveAutoGrades, AssignLatePenalties)]
    return set(kinds) <= set(known) and len(set(kinds)) == len(kinds) and marks != [AssignLatePenalties, SaveAutoGrades]


def unfinished(place: Path) -> bool:
    """Whether the writer was stopped while files and rows of the submission in this folder may have disagreed."""
    return _beside(place, "ready").exists()


def _beside(place: Path, state: str) -> Path:
    return place.with_name(f".{place.name}.{state}")


def _copy(source: str, target: str, ignored: list[str], kept: set[str]) -> None:
    """Copies the files of a folder but for notebooks, what nbgrader is told to ignore, and those in `kept`.

    As nbgrader does it, which takes a folder's name for a pattern, though: of `a[b` it would ignore nothing.
    """

    def is_ignored(path: str) -> bool:
        folder, name = os.path.split(path)
        return any(
            path in glob.glob(os.path.join(glob.escape(folder), pattern))
            if os.sep in pattern
            else fnmatch.fnmatch(name, pattern) and (pattern[:1] == "." or name[:1] != ".")
            for pattern in [*ignored, "*.ipynb"]
        )

    for where, folders, names in os.walk(source):
        if is_ignored(where):
            folders.clear()
            continue
        for path in (os.path.join(where, name) for name in names):
            if path not in kept and not is_ignored(path):
                to = os.path.join(target, os.path.relpath(path, source))
                os.makedirs(os.path.dirname(to), exist_ok=True)
                if os.path.exists(to):
                    os.remove(to)
                shutil.copy(path, to)


@lru_cache(maxsize=64)
def _check(cells: tuple[tuple[str, str], ...]) -> None:
    """nbgrader's CheckCellMetadata, once for each way in which a class's notebooks are laid out: it takes its time.

    Raises nbgrader's ValidationError.
    """
    made = [{"cell_type": kind, "source": "", "metadata": {"nbgrader": json.loads(text)}} for kind, text in cells]
    MetadataValidator().validate_nb(nbformat.from_dict({"cells": made}))
