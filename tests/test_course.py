"""A class from end to end: through `nbgrader autograde`, through our commands, and through nbgrader without us."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder import cli, reference, sandbox
from autograder.collect import collect
from autograder.course import Course, CourseError, make_course
from autograder.exercises import LABS, exercises
from autograder.lessons import grade_id, long_cells
from autograder.release import instructor_notebook, student_notebook
from tools import demo
from tools.submissions import with_answers

LAB = "01_self_attention"
WRONG = {"SelfAttention": "scaled_by_m", "gpt_parameter_count": "untied_head"}
SCRIPT = """\
from IPython.display import HTML, display
display(HTML('<b>fine</b><img src="x" onerror="alert(1)">'))
display(HTML('<script>alert(2)</script>'))
display({"image/svg+xml": "<svg onload='alert(4)'/>", "text/plain": "a drawing"}, raw=True)
"""


def text(nb: nbformat.NotebookNode) -> str:
    return nbformat.writes(nb)


def right(**changed: str) -> dict[str, str]:
    return reference.sources(LAB) | changed


def wrong() -> nbformat.NotebookNode:
    answers = {name: demo.mistake(LAB, name, one).source(right()[name]) for name, one in WRONG.items()}
    nb = with_answers(student_notebook(LAB), right(**answers))
    nb.cells += [new_code_cell(SCRIPT), new_markdown_cell("<script>alert(3)</script> my notes")]
    return nb


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=course, env=os.environ | {"PATH": path}, capture_output=True, text=True)


def scores(course: Path, lab: str = LAB) -> dict[str, float]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {one.student.id: one.score for one in gradebook.assignment_submissions(lab)}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A graded class: three by `nbgrader autograde` with our settings, the others by `autograder grade`."""
    made = make_course(tmp_path_factory.mktemp("class") / "course")
    if sandbox.available():  # the road through nbgrader is under test here; the wall has tests of its own
        settings = made.path / "nbgrader_config.py"
        settings.write_text(settings.read_text() + '\nc.GradeSubmission.sandbox = "none"\n')
    first = made.path.parent / "first"
    first.mkdir()
    (first / "ref.ipynb").write_text(text(instructor_notebook(LAB)))
    (first / "stub.ipynb").write_text(text(student_notebook(LAB)))
    (first / "broken.ipynb").write_text(text(student_notebook(LAB))[:-500])
    collect(first, made, LAB)
    done = nbgrader(made.path, "autograde", LAB)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")

    second = made.path.parent / "second"
    (second / "wanda").mkdir(parents=True)
    (second / "wanda" / "solved.ipynb").write_text(text(wrong()))
    (second / "tomoko.ipynb").write_bytes(demo.tampered(student_notebook(LAB)))
    (second / "empty.ipynb").write_bytes(b"")
    assert cli.main(["collect", str(second), "--course", str(made.path), "--lab", LAB]) == 0
    assert cli.main(["grade", "--course", str(made.path), "--timeout", "20"]) == 0
    assert cli.main(["feedback", "--course", str(made.path)]) == 0
    return Course(made.path)


def test_the_gradebook_has_what_was_earned(course: Course) -> None:
    wanted = {"ref": 20, "stub": 0, "broken": 0, "empty": 0, "tomoko": 0, "wanda": 20 - 6 - 2}
    assert scores(course.path) == wanted
    with course.gradebook() as gradebook:
        one = gradebook.find_submission(LAB, "wanda")
        assert (one.max_score, one.needs_manual_grade) == (20, False)
        assert {g.name: g.score for g in one.notebooks[0].grades}["test_causal_mask"] == 1
        comments = {c.name: c.comment for c in gradebook.find_submission(LAB, "stub").notebooks[0].comments}
        assert set(comments.values()) == {"No response."}


def test_reports_name_the_misconceptions(course: Course) -> None:
    results = {one.student: course.result(one) for one in course.handed_in(LAB)}
    named = {one["name"]: one["misconception"] for one in results["wanda"]["exercises"] if one["misconception"]}
    assert named == WRONG
    assert "JSON is damaged" in results["broken"]["refused"] and "empty" in results["empty"]["refused"]
    assert [len(result["exercises"]) for result in results.values()] == [7] * len(results)


def test_feedback_has_the_hints_and_the_points(course: Course) -> None:
    page = (course.path / "feedback" / "wanda" / LAB / f"{LAB}.html").read_text()
    for name, mistake in WRONG.items():
        assert reference.hints(reference.exercise_named(LAB, name))[mistake] in page
    assert "Score: 12.0 / 20.0" in page
    assert "5 of 7 exercises done, 12 of 20 points" in page
    assert "could not be graded" in (course.path / "feedback" / "broken" / LAB / f"{LAB}.html").read_text()
    assert not list(course.path.glob("feedback/**/report.json"))  # it holds the seed


def test_no_script_of_a_student_reaches_the_instructors_browser(course: Course) -> None:
    nb = nbformat.read(course.path / "autograded" / "wanda" / LAB / f"{LAB}.ipynb", as_version=4)
    outputs = [
        output.data for cell in nb.cells if cell.cell_type == "code" for output in cell.outputs if "data" in output
    ]
    shown = [data.get("text/html", "") for data in outputs]
    assert "<b>fine</b><img>" in shown
    assert not any("image/svg+xml" in data for data in outputs)
    assert not any("<script" in html for html in [*shown, *(c.source for c in nb.cells if c.cell_type == "markdown")])
    assert "my notes" in nb.cells[-1].source


def test_the_tests_in_the_graded_notebook_are_the_labs(course: Course) -> None:
    nb = nbformat.read(course.path / "autograded" / "tomoko" / LAB / f"{LAB}.ipynb", as_version=4)
    tests = [c for c in nb.cells if grade_id(c) and c.metadata.nbgrader["grade"]]
    assert {grade_id(c): c.metadata.nbgrader["points"] for c in tests} == {
        grade_id(c): c.metadata.nbgrader["points"]
        for c in student_notebook(LAB).cells
        if grade_id(c) and c.metadata.nbgrader["grade"]
    }
    assert len(tests) == 7


def test_what_is_graded_stays_and_what_changes_is_graded_again(course: Course, capsys: pytest.CaptureFixture) -> None:
    before = scores(course.path)
    make_course(course.path)
    assert cli.main(["grade", "--course", str(course.path)]) == 0
    assert "0 graded now, 6 were graded before" in capsys.readouterr().out
    assert scores(course.path) == before

    stub = next(one for one in course.handed_in(LAB) if one.student == "stub")
    original = stub.notebook.read_bytes()
    stub.notebook.write_text(text(with_answers(student_notebook(LAB), {"causal_mask": right()["causal_mask"]})))
    try:
        assert course.result(stub) is None
        assert cli.main(["grade", "--course", str(course.path), LAB, "--student", "stub"]) == 0
        assert scores(course.path) == before | {"stub": 1}
    finally:
        stub.notebook.write_bytes(original)
        course.grade(stub)


def test_nbgraders_own_road_draws_the_same_inputs(course: Course) -> None:
    wanda = next(one for one in course.handed_in(LAB) if one.student == "wanda")
    before = course.result(wanda)
    done = nbgrader(course.path, "autograde", LAB, "--student", "wanda", "--force")
    after = course.result(wanda)
    assert done.returncode == 0 and after["seed"] == before["seed"] and after["exercises"] == before["exercises"]


def test_the_class_report(course: Course, capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["report", "--course", str(course.path)]) == 0
    said = capsys.readouterr().out
    assert "SelfAttention: scaled_by_m" in said and "6 submissions, mean 5.33 of 20" in said
    page = (course.path / "report.html").read_text()
    assert "untied_head" in page and f'href="feedback/wanda/{LAB}/{LAB}.html"' in page


def test_exports(course: Course, tmp_path: Path) -> None:
    for kind, column in (("csv", "total"), ("canvas", LAB), ("moodle", "Grade"), ("gradescope", "Total Score")):
        file = tmp_path / f"{kind}.csv"
        assert cli.main(["export", "--course", str(course.path), "--format", kind, "--output", str(file)]) == 0
        lines = list(csv.DictReader(file.open()))
        by_name = {next(v for v in line.values() if v): line[column] for line in lines}
        assert (by_name["wanda"], by_name["ref"], by_name["stub"]) == ("12", "20", "0")
    # Without a choice, only the labs to which somebody has handed something in.
    assert cli.main(["export", "--course", str(course.path), "--format", "csv"]) == 0
    assert [path.name for path in course.path.glob("0*.csv")] == [f"{LAB}.csv"]


def test_a_manual_grade_counts_in_exports_and_reports(course: Course) -> None:
    from autograder.report import rows

    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("test_causal_mask", LAB, LAB, "empty")
        grade.manual_score = 1
        gradebook.db.commit()
    try:
        assert {row.student: row.total for row in rows(course, LAB)}["empty"] == 1
    finally:
        with course.gradebook() as gradebook:
            gradebook.find_grade("test_causal_mask", LAB, LAB, "empty").manual_score = None
            gradebook.db.commit()


@pytest.mark.parametrize("lab", LABS)
def test_plain_nbgrader_agrees_on_the_reference_and_the_stub(tmp_path: Path, lab: str) -> None:
    """Without the cells that only train: they change no grade, and take minutes."""
    for folder, nb in (
        ("source", instructor_notebook(lab)),
        ("submitted/ref", instructor_notebook(lab)),
        ("submitted/stub", student_notebook(lab)),
    ):
        path = tmp_path / folder / lab / f"{lab}.ipynb"
        path.parent.mkdir(parents=True)
        nb.cells = [cell for cell in nb.cells if cell.source.strip() not in long_cells(lab)]
        path.write_text(text(nb))
    for command in ("generate_assignment", "autograde"):
        done = nbgrader(tmp_path, command, lab)
        assert done.returncode == 0, done.stderr[-2000:]
    assert scores(tmp_path, lab) == {"ref": sum(exercise.points for exercise in exercises(lab)), "stub": 0}


def test_what_is_no_course_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path, words in ((tmp_path / "file", "is a file"), (tmp_path, "something else in it")):
        with pytest.raises(CourseError, match=words):
            make_course(path)
    with pytest.raises(CourseError, match="is not a course"):
        Course(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    with pytest.raises(CourseError, match="does not use the autograder"):
        make_course(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "nbgrader_config.py"]


@pytest.fixture
def fresh(course: Course, tmp_path: Path) -> Course:
    """A course that nothing has been handed in to yet."""
    for name in ("nbgrader_config.py", "gradebook.db"):
        shutil.copy(course.path / name, tmp_path / name)
    (tmp_path / "submitted").mkdir()
    return Course(tmp_path)


def no_luck() -> bytes:
    raise RuntimeError("no luck today")


def test_a_submission_that_cannot_be_graded_does_not_stop_the_others(fresh, tmp_path, capsys, monkeypatch) -> None:
    job = Course.job
    monkeypatch.setattr(
        Course, "job", lambda self, one, settings: (no_luck,) if one.student == "ann" else job(self, one, settings)
    )
    folder = tmp_path / "two"
    folder.mkdir()
    (folder / "ann.ipynb").write_text(text(student_notebook(LAB)))
    (folder / "bob.ipynb").write_bytes(b"{}")
    collect(folder, fresh, LAB)
    assert cli.main(["grade", "--course", str(fresh.path)]) == 1
    said = capsys.readouterr().out
    assert f"not graded  ann, {LAB}: RuntimeError: no luck today\n" in said and "1 graded now" in said
    assert fresh.result(fresh.handed_in(LAB)[0]) is None
