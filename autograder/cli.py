"""The `autograder` command: its arguments, and what becomes of errors."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from autograder import commands

MISUSED = 2  # exit code: could not be done


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit code; the user's mistakes are one line on stderr and code 2."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except KeyboardInterrupt:
        print("\nautograder: stopped. What was finished is kept.", file=sys.stderr)
        return 130
    except Exception as error:
        if not _is_for_the_user(error):
            raise
        print(f"autograder: {_line(error)}", file=sys.stderr)
        return MISUSED


def _is_for_the_user(error: Exception) -> bool:
    """Whether the error's message was written for the person at the keyboard."""
    if isinstance(error, commands.Stop | OSError):
        return True
    from autograder.course import CourseError
    from autograder.executors import ExecutorError
    from autograder.sandbox import SandboxUnavailable
    from autograder.work import DeviceUnavailable

    return isinstance(error, CourseError | DeviceUnavailable | ExecutorError | SandboxUnavailable)


def _line(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "autograder", description="Build the labs, grade notebooks safely, run a class with nbgrader."
    )
    known = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        sub = known.add_parser(name, help=text, description=text)
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

    sub = command("check", commands.check, "grade one notebook: a table, and JSON if wanted")
    sub.add_argument("notebook", metavar="NOTEBOOK")
    sub.add_argument("--json", metavar="FILE", help="write the result as JSON (-: print it instead of the table)")
    sub.add_argument("--lab", help="refuse a notebook of another lab (default: told from the notebook)")
    sub.add_argument("--seed", type=int, help="seed of the tests' inputs, to repeat a result (default: a fresh one)")
    running(sub, own=True)

    sub = command("release", commands.release, "make the student notebooks and published examples from the sources")
    sub.add_argument("labs", nargs="*", metavar="LAB", help="labs (default: all)")
    sub.add_argument("--check", action="store_true", help="write nothing; exit 1 where something is out of date")

    sub = command("course", commands.course, "make an nbgrader course, or bring one up to date; its grades stay")
    sub.add_argument("path", metavar="PATH")
    sub.add_argument("labs", nargs="*", metavar="LAB", help="labs (default: all)")

    sub = command("collect", commands.collect, "take submissions from a folder or a Moodle or Canvas zip into a course")
    sub.add_argument("source", metavar="SOURCE", help="folder of STUDENT.ipynb or STUDENT/….ipynb, or the zip")
    sub.add_argument("--lab", required=True, help="the lab they are of")
    in_course(sub, labs=False)

    sub = command("grade", commands.grade, "grade what was handed in and is not graded yet")
    in_course(sub)
    sub.add_argument("--student", help="only this student")
    sub.add_argument("--again", action="store_true", help="also what is graded already")
    running(sub, own=False)
    where = sub.add_mutually_exclusive_group()
    where.add_argument("--workers", type=_count, metavar="N", help="processes to grade in (default: one for each core)")
    where.add_argument(
        "--scheduler", metavar="ADDRESS", help="grade on the Dask cluster with its scheduler there (tcp://…)"
    )

    sub = command("feedback", commands.feedback, "write a page for each student, with answers, points and hints")
    in_course(sub)
    sub.add_argument("--student", help="only this student")

    in_course(command("report", commands.report, "the class at a glance, and who misunderstood what"))

    sub = command("export", commands.export, "grades as CSV for a learning platform")
    in_course(sub)
    sub.add_argument("--format", choices=["csv", "canvas", "moodle", "gradescope"], default="csv")
    sub.add_argument("--output", metavar="FILE", help="where to write (default: into the course)")

    command("doctor", commands.doctor, "try what grading needs on this machine")
    return parser


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1024:
        raise argparse.ArgumentTypeError("must be between 1 and 1024")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return value
