"""What the writer puts into a course is what `nbgrader autograde` would have put there, whatever ends it on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from autograder import durable, engine, reference, sandbox, work, writer
from autograder.course import Course, Handed, make_course
from autograder.release import student_notebook
from tests.test_course import LAB, nbgrader, scores, text
from tools.submissions import with_answers

SETTINGS = '''
c.GradeSubmission.seed = 11
c.GradeSubmission.sandbox = "{sandbox}"
c.Autograde.exclude_overwriting = {{"01_self_attention": ["mine.csv"]}}

from nbgrader.api import Gradebook
from nbgrader.plugins import BasePlugin

ROOT = os.path.dirname(os.path.abspath(__file__))


class TwoPointsForEach(BasePlugin):
    """Takes two points for each late submission of the student that the gradebook knows, this one included."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        with Gradebook("sqlite:///" + os.path.join(ROOT, "gradebook.db")) as gradebook:
            return 2.0 * sum(one.total_seconds_late > 0 for one in gradebook.student_submissions(student_id))


c.AssignLatePenalties.plugin_class = TwoPointsForEach
'''
ODD = "Zoë O'Neil * (2)"
BESIDE = {
    "notes.txt": "mine",
    "data/table.csv": "changed by the student",
    "mine.csv": "the student's own",
    ".hidden": "h",
    "origin.json": "{}",
    "report.json": "{}",
    "__pycache__/a.pyc": "x",
    "feedback/old.html": "x",
    "another.ipynb": "{}",
}


def answered(*names: str) -> str:
    right = reference.sources(LAB)
    return text(with_answers(student_notebook(LAB), {name: right[name] for name in names}))


def hand_in(course: Course, student: str, notebook: str, timestamp: str = "", **beside: str) -> None:
    folder = course.path / "submitted" / student / LAB
    more = {"timestamp.txt": timestamp} if timestamp else {}
    for name, content in {f"{LAB}.ipynb": notebook, **more, **beside}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")


def first_round(course: Course) -> None:
    hand_in(course, "ann", answered("causal_mask", "gpt_parameter_count"), "2026-03-02 12:00:00 UTC")
    hand_in(course, "bob", answered())
    hand_in(course, "dora", answered("causal_mask"), "2026-02-27 08:00:00", **BESIDE)
    hand_in(course, ODD, answered()[:-500], "2026-03-02 00:00:00 CET")


def second_round(course: Course) -> None:
    with course.gradebook() as gradebook:
        gradebook.find_grade("test_causal_mask", LAB, LAB, "ann").manual_score = 0.5
        gradebook.find_grade("test_causal_mask", LAB, LAB, "dora").extra_credit = 3
        gradebook.find_comment("causal_mask", LAB, LAB, "bob").manual_comment = "Come and see me."
        gradebook.db.commit()
    hand_in(course, "bob", answered("causal_mask"), "2026-03-05 00:00:00 UTC")  # late now
    hand_in(course, "dora", answered())
    (course.path / "submitted" / "dora" / LAB / "timestamp.txt").unlink()
    (course.path / "submitted" / "dora" / LAB / "notes.txt").unlink()


def by_nbgrader(course: Course) -> None:
    done = nbgrader(course.path, "autograde", LAB, "--force")
    assert done.returncode == 0, done.stderr


def by_the_writer(course: Course) -> None:
    for one in course.handed_in(LAB):
        course.record(one, work.grade_bytes(one.read(), LAB, course.settings()))


def tables(course: Course) -> dict[str, list[tuple]]:
    """Every table of the gradebook; what only one submission has is called by the submission, not by its random id."""
    with sqlite3.connect(course.path / "gradebook.db") as db:
        names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
        content = {name: db.execute(f"select * from {name}") for name in names}
        content = {
            name: [dict(zip([c[0] for c in found.description], row, strict=True)) for row in found]
            for name, found in content.items()
        }
    called = {row["id"]: f"{row['student_id']}'s" for row in content["submitted_assignment"]}
    called |= {row["id"]: f"{called[row['assignment_id']]} notebook" for row in content["submitted_notebook"]}
    for name in ("grade", "comment"):
        called |= {row["id"]: f"{called[row['notebook_id']]} {row['cell_id']}" for row in content[name]}
    return {
        name: sorted(tuple((key, called.get(value, value)) for key, value in row.items()) for row in found)
        if name not in ("grade", "comment", "submitted_notebook", "submitted_assignment")
        else sorted((repr([(key, called.get(value, value)) for key, value in row.items()]),) for row in found)
        for name, found in content.items()
    }


def files(folder: Path) -> dict[str, tuple[int, Any]]:
    """Every file and folder with its rights and its content, but for the time that grading took."""
    found = {}
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else None
        if path.name == "report.json":
            content = content.replace(b'"seconds": %a' % json.loads(content)["seconds"], b"")
        found[str(path.relative_to(folder))] = (stat.S_IMODE(path.stat().st_mode), content)
    return found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with a due date, settings of its own and files that the lab brings along; nothing is handed in."""
    course = make_course(tmp_path_factory.mktemp("writer") / "course", [LAB])
    settings = course.path / "nbgrader_config.py"
    wall = "none" if sandbox.available() else "auto"
    settings.write_text(settings.read_text() + SETTINGS.format(sandbox=wall))
    for name in ("data/table.csv", "mine.csv"):
        (course.path / "source" / LAB / name).parent.mkdir(exist_ok=True)
        (course.path / "source" / LAB / name).write_text("the lab's")
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(LAB, duedate="2026-03-01 00:00:00 UTC")
    return course


def copied(course: Course, to: Path) -> Course:
    shutil.copytree(course.path, to, symlinks=True)
    return Course(to)


def test_it_leaves_what_nbgrader_leaves(empty: Course, tmp_path: Path) -> None:
    """Late and in time, handed in again, graded by a person in between, unreadable, with files beside, oddly named."""
    theirs, ours = copied(empty, tmp_path / "theirs"), copied(empty, tmp_path / "ours")
    assert ours.only_nbgrader is None
    for change in (first_round, second_round):
        for course, grade in ((theirs, by_nbgrader), (ours, by_the_writer)):
            change(course)
            grade(course)
        assert tables(ours) == tables(theirs)
        assert files(ours.path / "autograded") == files(theirs.path / "autograded")
        assert all(ours.result(one) for one in ours.handed_in(LAB))
    # Guards against a comparison of nothing with nothing.
    with ours.gradebook() as gradebook:
        ann, bob = (gradebook.find_submission(LAB, student) for student in ("ann", "bob"))
        assert (ann.score, ann.late_submission_penalty, ann.needs_manual_grade) == (2.5, 2.0, True)
        assert (bob.score, bob.late_submission_penalty, bob.needs_manual_grade) == (1, 1, False)
    kept = {path.name for path in (ours.path / "autograded" / "dora" / LAB).rglob("*") if path.is_file()}
    assert kept == {f"{LAB}.ipynb", "report.json", "table.csv", "mine.csv", ".hidden"}


def result_with(points: float) -> bytes:
    """A result without an engine: the notebook that could not be read, but with points on one test."""
    report, _, notebook = work.parts(work.grade_bytes(b"broken", LAB, work.Settings()))
    nb = nbformat.reads(notebook, as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "test_causal_mask":
            cell.outputs[-1].data["text/plain"] = str(points)
    return work.packed(report | {"score": points}, nb)


@pytest.fixture
def course(empty: Course, tmp_path: Path) -> Course:
    """The course with one submission, which is late."""
    course = copied(empty, tmp_path / "course")
    hand_in(course, "ann", "broken", "2026-03-02 12:00:00 UTC", **{"a/b.txt": "b"})
    return course


def only(course: Course) -> Handed:
    (handed,) = course.handed_in(LAB)
    return handed


def killed_at(step: int, act: Callable[[], None]) -> bool:
    """Whether a process that does this was killed before the given line of what writes; else it came to its end."""
    steps = {"record", "_save", "commit", "_put_in_place", "exchange", "remove"}
    left = [step]

    def watch(frame: Any, event: str, _: object) -> Any:
        if frame.f_code.co_filename not in (writer.__file__, durable.__file__) or frame.f_code.co_name not in steps:
            return None
        if event == "line":
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return watch

    child = os.fork()
    if child == 0:
        try:
            sys.settrace(watch)
            act()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("at_once", [True, False], ids=["exchange", "two renames"])
def test_killed_anywhere_it_leaves_the_old_or_the_new(course: Course, monkeypatch, at_once: bool) -> None:
    """Every second line of writing a result over an older one is the last; then some line of the next attempt is."""
    if not at_once:  # as on a file system that cannot exchange two names
        monkeypatch.setattr(durable, "_exchange_at_once", lambda *_: False)
    handed, place = only(course), course.path / "autograded" / "ann" / LAB
    new, old = result_with(1), result_with(0.5)
    states = []
    for result in (new, old):
        course.record(handed, result)
        states.append((files(place), tables(course)))
    course.close()
    (new_files, new_tables), (old_files, old_tables) = states
    assert new_files != old_files and new_tables != old_tables
    before = course.path.parent / "before"
    shutil.copytree(course.path, before)
    seen = set()
    for step in range(0, 1000, 2):
        shutil.rmtree(course.path)
        shutil.copytree(before, course.path)
        killed = killed_at(step, lambda: Course(course.path).record(handed, new))
        killed_at(37 * step % 61, lambda: Course(course.path).record(handed, new))
        found = files(place)
        graded = course.result(handed)
        assert found in (old_files, new_files) or (not at_once and not found and graded is None)
        if graded is not None:
            assert (found, tables(course)) == ((new_files, new_tables) if graded["score"] == 1 else states[1])
        seen.add((found == new_files, graded is not None))
        course.record(handed, new)
        course.close()
        assert (files(place), tables(course)) == (new_files, new_tables)
        assert os.listdir(place.parent) == [LAB]
        if not killed:
            break
    assert not killed and step > 40
    assert {(False, True), (False, False), (True, True)} <= seen


def test_a_locked_gradebook_costs_one_line_and_no_result(course: Course) -> None:
    handed = only(course)
    course.record(handed, result_with(0.5))
    before = files(course.path / "autograded"), tables(course)
    with course._writer.gradebook.engine.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 10")  # instead of five seconds; it is the only connection
    other = sqlite3.connect(course.path / "gradebook.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(NbGraderException, match=r"^the gradebook cannot be written: database is locked$"):
        course.record(handed, result_with(1))
    assert course.result(handed)["score"] == 0.5
    other.execute("rollback")
    assert (files(course.path / "autograded"), tables(course)) == before
    course.record(handed, result_with(1))
    assert course.result(handed)["score"] == 1


@pytest.mark.parametrize("student", ["a[b]c", "[!x]", "a?b", "{x}", "…ä%"])
def test_any_name_a_folder_can_have(course: Course, student: str) -> None:
    """Of nbgrader's converter some of them ask too much: it takes a folder's name for a pattern."""
    shutil.rmtree(course.path / "submitted")
    hand_in(course, student, "broken", **BESIDE)
    course.record(only(course), result_with(1))
    assert scores(course.path) == {student: 1}
    kept = {path.name for path in (course.path / "autograded" / student).rglob("*") if path.is_file()}
    assert kept == {f"{LAB}.ipynb", "report.json", "notes.txt", "table.csv", "mine.csv", ".hidden"}


def test_what_cannot_be_recorded_is_said_in_one_line(course: Course) -> None:
    handed = only(course)
    (handed.notebook.parent / "timestamp.txt").write_text("yesterday-ish")
    with pytest.raises(NbGraderException, match=r"timestamp\.txt holds no time\.$"):
        course.record(handed, result_with(1))
    (handed.notebook.parent / "timestamp.txt").unlink()
    foreign = result_with(1).replace(b"test_causal_mask", b"test_causal_musk")
    with pytest.raises(NbGraderException, match="no cell test_causal_musk in"):
        course.record(handed, foreign)
    assert scores(course.path) == {} and course.result(handed) is None


def test_a_course_with_other_steps_goes_through_nbgrader(course: Course) -> None:
    """`grade` gives such a course what it asks for; `record` would not."""
    settings = course.path / "nbgrader_config.py"
    hook = 'c.Autograde.post_convert_hook = lambda **_: open(os.path.join(ROOT, "hooked"), "w").close()\n'
    settings.write_text(settings.read_text() + hook)
    changed = Course(course.path)
    assert changed.only_nbgrader == "Autograde.post_convert_hook"
    changed.grade(only(changed))
    assert (course.path / "hooked").exists()


def test_nbgraders_own_steps_on_the_notebook_are_taken(empty: Course, tmp_path: Path) -> None:
    """A course may have outputs shortened before they are kept."""
    settings = """
c.Autograde.autograde_preprocessors.insert(1, "nbgrader.preprocessors.LimitOutput")
c.LimitOutput.max_lines = 5
"""
    theirs = copied(empty, tmp_path / "theirs")
    (theirs.path / "nbgrader_config.py").write_text((theirs.path / "nbgrader_config.py").read_text() + settings)
    nb = student_notebook(LAB)
    nb.cells.append(nbformat.v4.new_code_cell("for i in range(100): print(i)"))
    hand_in(theirs, "ann", text(nb))
    ours = copied(theirs, tmp_path / "ours")
    assert ours.only_nbgrader is None
    Course(theirs.path)._convert(Autograde, LAB, "ann")
    by_the_writer(ours)
    assert tables(ours) == tables(theirs)
    assert files(ours.path / "autograded") == files(theirs.path / "autograded")
    assert "Output truncated" in (ours.path / "autograded" / "ann" / LAB / f"{LAB}.ipynb").read_text()


def test_a_failing_engine_is_one_line(course: Course, monkeypatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError("no luck today\nnor tomorrow")

    monkeypatch.setattr(engine, "grade", fails)
    hand_in(course, "ann", answered())
    with pytest.raises(NbGraderException, match=r"^OSError: no luck today$"):
        course.grade(only(course))
    assert scores(course.path) == {}
