"""The `autograder` command. What a command needs is imported when it runs, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.course import Course, Handed

GRADED, FAILED, MISUSED = 0, 1, 2  # exit codes: done, done but something is wrong, could not be done


class Stop(Exception):
    """The command cannot go on; the message is one line for the person at the keyboard."""


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit code; the user's mistakes are one line on stderr and code 2."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except Stop as stop:
        print(f"autograder: {stop}", file=sys.stderr)
        return MISUSED
    except KeyboardInterrupt:
        print("\nautograder: stopped. What was finished is kept.", file=sys.stderr)
        return 130
    except Exception as error:
        if not _is_for_the_user(error):
            raise
        print(f"autograder: {_line(error)}", file=sys.stderr)
        return MISUSED


def _is_for_the_user(error: Exception) -> bool:
    """Whether the error's message was written for the person at the keyboard. Names, so as to import nothing."""
    return isinstance(error, OSError) or type(error).__name__ in (
        "CourseError", "SubmissionError", "SandboxUnavailable", "DeviceUnavailable",
    )  # fmt: skip


def _line(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())


def _check(a: argparse.Namespace) -> int:
    path = Path(a.notebook)
    if path.is_dir():
        raise Stop(f"{path} is a folder; give one notebook, or grade a class with `autograder course` and `grade`.")
    if not path.is_file():
        raise Stop(f"{path} does not exist.")
    from autograder import engine, submission
    from autograder.nbgrader_hook import accept, find_device, limits

    try:
        with open(path, "rb") as file:
            nb, lab = accept(file.read(submission.LARGEST + (1 << 20)), _known_lab(a.lab))
    except submission.SubmissionError as error:
        raise Stop(f"{path}: {error}") from None
    _require_sandbox(a.sandbox)
    report, _ = engine.grade(
        nb, lab, seed=a.seed, device=find_device(a.device), sandbox=a.sandbox, limits=limits(a.timeout)
    )
    result = report.to_json()
    text = json.dumps(result, indent=1, ensure_ascii=False)
    if a.json == "-":
        print(text)
        return GRADED
    print(_result_table(result))
    if a.json:
        Path(a.json).write_text(text + "\n", encoding="utf-8")
    return GRADED


def _result_table(result: dict[str, Any]) -> str:
    from helpers.cards import number

    width = max(len(one["name"]) for one in result["exercises"])
    lines = [f"{result['lab']}  ({result['device']}, {result['seconds']:.1f} s, seed {result['seed']})"]
    for one in result["exercises"]:
        points = f"{number(one['score'])}/{number(one['max_score'])}".rjust(6)
        named = f"{one['misconception']}: " if one["misconception"] else ""
        message = "" if one["status"] == "passed" else f"  {named}{one['message']}"
        lines.append(f"  {one['name'].ljust(width)}  {points}  {one['status'].ljust(7)}{message}".rstrip())
    lines.append(f"  {'total'.ljust(width)}  {number(result['score'])}/{number(result['max_score'])}")
    return "\n".join(lines)


def _known_lab(lab: str | None) -> str | None:
    from autograder.lessons import labs

    if lab is not None and lab not in labs():
        raise Stop(f"there is no lab {lab!r}: there are {', '.join(labs())}.")
    return lab


def _require_sandbox(setting: str) -> None:
    from autograder.sandbox import available

    reason = available() if setting == "auto" else None
    if reason:
        raise Stop(reason)


def _release(a: argparse.Namespace) -> int:
    from autograder.release import release

    changed = release([_known_lab(lab) for lab in a.labs] or None, check=a.check)
    for path in changed:
        print(f"{'differs from its source' if a.check else 'written'}: {path}")
    if a.check and changed:
        print("Run `autograder release` and commit what it writes.")
        return FAILED
    print("Everything is up to date." if not changed else f"{len(changed)} files.")
    return GRADED


def _course(a: argparse.Namespace) -> int:
    from autograder.course import make_course

    course = make_course(a.path, a.labs)
    print(f"Course {course.path}: {', '.join(course.labs())}")
    print(f"  give to students   {course.path / 'release'}")
    print(f"  gradebook          {course.path / 'gradebook.db'}")
    return GRADED


def _collect(a: argparse.Namespace) -> int:
    from autograder.collect import collect

    done = collect(Path(a.source), _open(a.course), a.lab)
    for line in done.skipped:
        print(f"skipped  {line}")
    print(f"{len(done.students)} submissions to {a.lab}: {', '.join(done.students)}")
    return GRADED


def _open(path: str) -> Course:
    from autograder.course import Course

    return Course(path)


def _labs_of(course: Course, chosen: list[str]) -> list[str]:
    known = course.labs()
    for lab in chosen:
        if lab not in known:
            raise Stop(f"the course has no lab {lab!r}: it has {', '.join(known) or 'none yet'}.")
    return chosen or known


def _grade(a: argparse.Namespace) -> int:
    course = _open(a.course)
    labs = _labs_of(course, a.labs)
    handed = _chosen(course, labs, a.student)
    settings = {name: getattr(a, name) for name in ("sandbox", "device", "timeout") if getattr(a, name) is not None}
    _require_sandbox(settings.get("sandbox") or course.setting("sandbox") or "auto")
    from autograder.nbgrader_hook import find_device

    find_device(settings.get("device") or course.setting("device") or "auto")
    waiting = [one for one in handed if a.again or course.result(one) is None]
    failures, refused = _each(waiting, lambda one: course.grade(one, **settings), "grading")
    from autograder.report import rows, table

    for lab in labs:
        if any(one.lab == lab for one in handed):
            print(table(lab, rows(course, lab)) + "\n")
    for one, message in refused:
        print(f"0 points  {one.student}: {message}")
    for one, message in failures:
        print(f"not graded  {one.student}, {one.lab}: {message}")
    left = len(handed) - len(waiting)
    print(f"{len(waiting) - len(failures)} graded now" + (f", {left} were graded before (--again)" if left else ""))
    return FAILED if failures else GRADED


def _chosen(course: Course, labs: list[str], student: str | None) -> list[Handed]:
    handed = [one for lab in labs for one in course.handed_in(lab) if student in (None, one.student)]
    if not handed:
        whose = f" of {student}" if student else ""
        raise Stop(f"no submission{whose} lies in {course.path / 'submitted'}: `autograder collect` puts them there.")
    return handed


def _each(
    handed: list[Handed], do: Callable[[Handed], Any], what: str
) -> tuple[list[tuple[Handed, str]], list[tuple[Handed, str]]]:
    """Does something with every submission under a progress bar: (failures, refused), each with its line."""
    from nbgrader.converters.base import NbGraderException
    from tqdm import tqdm

    failures, refused = [], []
    with tqdm(handed, desc=what, unit="notebook", file=sys.stderr, disable=not handed) as bar:
        for one in bar:
            bar.set_postfix_str(one.student)
            try:
                result = do(one)
            except NbGraderException as error:
                failures.append((one, _line(error)))
            else:
                if isinstance(result, dict) and "refused" in result:
                    refused.append((one, result["refused"]))
    return failures, refused


def _feedback(a: argparse.Namespace) -> int:
    course = _open(a.course)
    handed = _chosen(course, _labs_of(course, a.labs), a.student)
    graded = [one for one in handed if course.result(one)]
    if not graded:
        raise Stop(f"nothing is graded yet: `autograder grade --course {a.course}` comes first.")
    failures, _ = _each(graded, course.feedback, "feedback")
    for one, message in failures:
        print(f"no feedback  {one.student}, {one.lab}: {message}")
    print(f"{len(graded) - len(failures)} feedback pages in {course.path / 'feedback'}")
    return FAILED if failures else GRADED


def _report(a: argparse.Namespace) -> int:
    from autograder.report import misconception_table, page, rows, table

    course = _open(a.course)
    labs = _labs_of(course, a.labs)
    for lab in labs:
        class_rows = rows(course, lab)
        print(table(lab, class_rows) + "\n\n" + misconception_table(lab, class_rows) + "\n")
    path = course.path / "report.html"
    path.write_text(page(course, labs), encoding="utf-8")
    print(f"The same as a page: {path}")
    return GRADED


def _export(a: argparse.Namespace) -> int:
    from autograder.export import export

    course = _open(a.course)
    labs = _labs_of(course, a.labs)
    if a.output and len(labs) > 1:
        raise Stop(f"--output is one file, and the course has {len(labs)} labs: name one of them.")
    for lab in labs:
        path = Path(a.output) if a.output else course.path / f"{lab}.{a.format}.csv".replace(".csv.csv", ".csv")
        path.write_text(export(course, lab, a.format), encoding="utf-8")
        print(path)
    return GRADED


def _doctor(_: argparse.Namespace) -> int:
    from autograder.doctor import doctor

    results = doctor()
    width = max(len(what) for what, *_ in results)
    for what, works, seen, needed in results:
        print(f"{'ok ' if works else 'NO ' if needed else '-  '} {what.ljust(width)}  {seen}")
    return GRADED if all(works for _, works, _, needed in results if needed) else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "autograder", description="Build the labs, grade notebooks safely, run a class with nbgrader."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    def in_course(sub: argparse.ArgumentParser, labs: bool = True) -> None:
        sub.add_argument("--course", required=True, metavar="PATH", help="the course's folder")
        if labs:
            sub.add_argument(
                "labs", nargs="*", metavar="LAB", help="labs, for example 01_self_attention (default: all)"
            )

    def running(sub: argparse.ArgumentParser, own: bool) -> None:
        """`own`: the command has defaults of its own; else those of the course's settings hold."""
        last = "" if own else " (default: the course's setting)"
        sub.add_argument("--sandbox", choices=["auto", "none"], default="auto" if own else None,
                         help="none: run students' code unprotected, only where you trust it" + last)  # fmt: skip
        sub.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto" if own else None,
                         help="where the tests' tensors lie" + last)  # fmt: skip
        sub.add_argument("--timeout", type=_seconds, default=60.0 if own else None, metavar="SECONDS",
                         help="how long one cell may run" + (" (default: 60)" if own else last))  # fmt: skip

    sub = command("check", _check, "grade one notebook: a table, and JSON if wanted")
    sub.add_argument("notebook", metavar="NOTEBOOK")
    sub.add_argument("--json", metavar="FILE", help="write the result as JSON (-: print it instead of the table)")
    sub.add_argument("--lab", help="refuse a notebook of another lab (default: told from the notebook)")
    sub.add_argument("--seed", type=int, help="seed of the tests' inputs, to repeat a result (default: a fresh one)")
    running(sub, own=True)

    sub = command("release", _release, "make the student notebooks and published examples from the sources")
    sub.add_argument("labs", nargs="*", metavar="LAB", help="labs (default: all)")
    sub.add_argument("--check", action="store_true", help="write nothing; exit 1 where something is out of date")

    sub = command("course", _course, "make an nbgrader course, or bring one up to date; its grades stay")
    sub.add_argument("path", metavar="PATH")
    sub.add_argument("labs", nargs="*", metavar="LAB", help="labs (default: all)")

    sub = command("collect", _collect, "take submissions from a folder or a Moodle or Canvas zip into a course")
    sub.add_argument("source", metavar="SOURCE", help="folder of STUDENT.ipynb or STUDENT/….ipynb, or the zip")
    sub.add_argument("--lab", required=True, help="the lab they are of")
    in_course(sub, labs=False)

    sub = command("grade", _grade, "grade what was handed in and is not graded yet")
    in_course(sub)
    sub.add_argument("--student", help="only this student")
    sub.add_argument("--again", action="store_true", help="also what is graded already")
    running(sub, own=False)

    sub = command("feedback", _feedback, "write a page for each student, with answers, points and hints")
    in_course(sub)
    sub.add_argument("--student", help="only this student")

    in_course(command("report", _report, "the class at a glance, and who misunderstood what"))

    sub = command("export", _export, "grades as CSV for a learning platform")
    in_course(sub)
    sub.add_argument("--format", choices=["csv", "canvas", "moodle", "gradescope"], default="csv")
    sub.add_argument("--output", metavar="FILE", help="where to write (default: into the course)")

    command("doctor", _doctor, "try what grading needs on this machine")
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return value
