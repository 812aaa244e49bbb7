"""A submission's rows in nbgrader's gradebook, filled in as nbgrader's converter does it.

nbgrader's own calls look each cell of a notebook up through seven tables and commit after every one of them: some fifty
queries and twenty commits for a submission, and what is half written stays. Here the same models are read and written
in one session, which the caller commits, and the rows of a new submission's cells go in together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import and_, bindparam, insert, select
from sqlalchemy.orm import Session, load_only, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from autograder.marks import Marks

# Made once: SQLAlchemy takes as long to put a query together as SQLite to answer it.
LOOK_UP = (
    select(Assignment, Student.id, SubmittedAssignment)
    .select_from(Assignment)
    .outerjoin(Student, Student.id == bindparam("student"))
    .outerjoin(
        SubmittedAssignment,
        and_(SubmittedAssignment.assignment_id == Assignment.id, SubmittedAssignment.student_id == Student.id),
    )
    .where(Assignment.name == bindparam("lab"))
    .options(load_only(Assignment.duedate), load_only(SubmittedAssignment.timestamp, SubmittedAssignment.extension))
)
CELLS = (
    select(Notebook.id, Notebook.name, BaseCell.id, BaseCell.name, BaseCell.type)
    .outerjoin(BaseCell, BaseCell.notebook_id == Notebook.id)
    .where(Notebook.assignment_id == bindparam("assignment"))
)


class NewRow(SimpleNamespace):
    """A row of Grade or Comment that is not in the gradebook yet, column by column."""


@dataclass
class SubmissionRows:
    """The rows of one submission; those of its notebooks by the notebook's name, those of cells by notebook and cell."""

    submission: SubmittedAssignment
    notebooks: dict[str, SubmittedNotebook]
    grades: dict[tuple[str, str], Grade | NewRow] = field(default_factory=dict)
    comments: dict[tuple[str, str], Comment | NewRow] = field(default_factory=dict)
    made: list[Student | SubmittedAssignment | SubmittedNotebook] = field(default_factory=list)  # and not sent yet
    new: dict[type[Grade | Comment], list[NewRow]] = field(default_factory=dict)

    def save(self, notebook: str, marks: Marks) -> None:
        """Takes points and comments over. Those that a person gave stay, and such grades are to be looked at again."""
        for name, score in marks.scores.items():
            grade = _entry(self.grades, notebook, name)
            grade.auto_score = score
            grade.needs_manual_grade = grade.manual_score is not None or score is None
        for name, comment in marks.comments.items():
            _entry(self.comments, notebook, name).auto_comment = comment

    def send(self, db: Session) -> None:
        """Has the gradebook take these rows, as part of its transaction. What becomes of a new one later is not sent."""
        for row in self.made:  # as the session would, without its search for an order, which takes longer
            table, values = type(row).__table__, vars(row)
            db.execute(insert(table), {name: values[name] for name in values.keys() & table.c.keys()})
            make_transient_to_detached(row)
            db.add(row)  # from now on what is changed in it is sent
        for kind, rows in self.new.items():
            db.execute(insert(kind.__table__), [vars(row) for row in rows])
        self.made.clear()
        self.new.clear()
        db.flush()

    def give_nothing(self, notebook: str) -> None:
        """No points for a notebook of the assignment that was not handed in."""
        for (where, _), grade in self.grades.items():
            if where == notebook:
                grade.auto_score, grade.needs_manual_grade = 0, False

    def penalise(self, step: AssignLatePenalties, student: str, notebook: str, commit: Callable[[], None]) -> None:
        """Takes off what the course takes off for being late.

        A course's own plugin may look into the gradebook: all else must be there by then, so it is committed before.
        """
        row = self.notebooks[notebook]
        row.late_submission_penalty = None
        late = self.submission.total_seconds_late
        if late > 0:
            commit()
            step.init_plugin()
            penalty = step.plugin_inst.late_submission_penalty(student, row.score, late)
            if penalty is not None:
                row.late_submission_penalty = step._check_late_penalty(row, penalty)


def find_or_make(db: Session, student: str, lab: str, timestamp: datetime | None, *, enrol: bool) -> SubmissionRows:
    """The rows of a submission, new ones where it has none; a student without any is new only where `enrol`.

    Raises MissingEntry where the gradebook does not know the lab or may not take the student in. Without a timestamp the
    one of an earlier submission stays, as with nbgrader.
    """
    known = db.execute(LOOK_UP, {"lab": lab, "student": student}).one_or_none()
    if known is None:
        raise MissingEntry(f"the gradebook has no assignment {lab}.")
    assignment, enrolled, submission = known
    if enrolled is None and not enrol:
        raise MissingEntry(f"the gradebook has no student {student}, and the course's settings forbid to add one.")
    rows = _make(db, assignment, student) if submission is None else _find(db, submission)
    if enrolled is None:
        rows.made.insert(0, Student(id=student))
    submission = rows.submission
    set_committed_value(submission, "assignment", assignment)  # nbgrader asks it for the due date
    if timestamp is not None:
        submission.timestamp = timestamp
    return rows


def _make(db: Session, assignment: Assignment, student: str) -> SubmissionRows:
    submission = SubmittedAssignment(id=new_uuid(), assignment_id=assignment.id, student_id=student)
    rows = SubmissionRows(submission, {})
    for notebook, where, cell, name, kind in db.execute(CELLS, {"assignment": assignment.id}):
        if where not in rows.notebooks:
            rows.notebooks[where] = SubmittedNotebook(id=new_uuid(), notebook_id=notebook, assignment_id=submission.id)
        ids = {"cell_id": cell, "notebook_id": rows.notebooks[where].id}
        if kind in ("GradeCell", "TaskCell"):
            rows.grades[where, name] = NewRow(
                **ids, id=new_uuid(), auto_score=None, manual_score=None, needs_manual_grade=True
            )
        if kind in ("SolutionCell", "TaskCell"):
            rows.comments[where, name] = NewRow(**ids, id=new_uuid(), auto_comment=None)
    rows.new = {kind: [*found.values()] for kind, found in ((Grade, rows.grades), (Comment, rows.comments)) if found}
    rows.made = [submission, *rows.notebooks.values()]
    return rows


def _find(db: Session, submission: SubmittedAssignment) -> SubmissionRows:
    notebooks = db.execute(
        select(SubmittedNotebook, Notebook.name)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .where(SubmittedNotebook.assignment_id == submission.id)
    ).all()
    rows = SubmissionRows(submission, {name: one for one, name in notebooks})
    names = {one.id: name for one, name in notebooks}
    # Without load_only each grade comes with sums and subqueries over its cell that nobody asks for here.
    for kind, columns, found in (
        (Grade, (Grade.notebook_id, Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade), rows.grades),
        (Comment, (Comment.notebook_id, Comment.auto_comment), rows.comments),
    ):
        query = select(kind, BaseCell.name).options(load_only(*columns)).join(BaseCell, BaseCell.id == kind.cell_id)
        for one, name in db.execute(query.where(kind.notebook_id.in_(names))):
            found[names[one.notebook_id], name] = one
    return rows


def _entry(known: dict[tuple[str, str], Any], notebook: str, name: str) -> Any:
    if (notebook, name) not in known:
        raise MissingEntry(
            f"the gradebook has no cell {name} in {notebook}: has the lab changed? See `autograder course`."
        )
    return known[notebook, name]
