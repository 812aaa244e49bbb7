"""What each command of `autograder` does; its imports are made when it runs, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm

    from autograder.course import Course, Handed
    from autograder.work import Settings

GRADED, FAILED = 0, 1  # exit codes: done; done, but something is wrong


class Stop(Exception):
    """The command cannot go on; the message is one line for the person at the keyboard."""


def check(a: argparse.Namespace) -> int:
    path = Path(a.notebook)
    if path.is_dir():
        raise Stop(f"{path} is a folder; give one notebook, or grade a class with `autograder course` and `grade`.")
    if not path.is_file():
        raise Stop(f"{path} does not exist.")
    from autograder import engine, submission
    from autograder.work import accept, find_device, limits

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


def release(a: argparse.Namespace) -> int:
    from autograder.release import release

    changed = release([_known_lab(lab) for lab in a.labs] or None, check=a.check)
    for path in changed:
        print(f"{'differs from its source' if a.check else 'written'}: {path}")
    if a.check and changed:
        print("Run `autograder release` and commit what it writes.")
        return FAILED
    print("Everything is up to date." if not changed else f"{len(changed)} files.")
    return GRADED


def course(a: argparse.Namespace) -> int:
    from autograder.course import make_course

    course = make_course(a.path, a.labs)
    print(f"Course {course.path}: {', '.join(course.labs())}")
    print(f"  give to students   {course.path / 'release'}")
    print(f"  gradebook          {course.path / 'gradebook.db'}")
    return GRADED


def collect(a: argparse.Namespace) -> int:
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


def _labs_handed_in(course: Course, chosen: list[str]) -> list[str]:
    """The labs chosen; without a choice, those to which somebody has handed something in, if there are any."""
    labs = _labs_of(course, chosen)
    return labs if chosen else [lab for lab in labs if course.handed_in(lab)] or labs


def grade(a: argparse.Namespace) -> int:
    course = _open(a.course)
    labs = _labs_of(course, a.labs)
    handed = _chosen(course, labs, a.student)
    changed = {name: getattr(a, name) for name in ("sandbox", "device", "timeout") if getattr(a, name) is not None}
    settings = course.settings(**changed)
    if not a.scheduler:  # else it is the cluster's machines that need them
        from autograder.work import find_device

        _require_sandbox(settings.sandbox)
        settings = replace(settings, device=find_device(settings.device))
    waiting = [one for one in handed if a.again or course.result(one) is None]
    if course.only_nbgrader:
        if a.scheduler or a.workers:
            raise Stop(
                f"with {course.only_nbgrader} in its settings a course is graded in one process: leave out --workers."
            )
        failures = _each(waiting, lambda one: course.grade(one, **changed), "grading")
    else:
        failures = _grade_all(course, waiting, settings, a)
    from autograder.report import rows, table

    for lab in labs:
        if any(one.lab == lab for one in handed):
            print(table(lab, rows(course, lab)) + "\n")
    for one, message in failures:
        print(f"not graded  {one.student}, {one.lab}: {message}")
    left = len(handed) - len(waiting)
    print(f"{len(waiting) - len(failures)} graded now" + (f", {left} were graded before (--again)" if left else ""))
    return FAILED if failures else GRADED


def _grade_all(
    course: Course, waiting: list[Handed], settings: Settings, a: argparse.Namespace
) -> list[tuple[Handed, str]]:
    """Grades submissions wherever the executor runs, and records here what comes back, one after another."""
    from nbgrader.converters.base import NbGraderException

    from autograder.executors import Cluster, Failure, Local, cores, each

    if not waiting:
        return []
    workers = min(a.workers or cores(), len(waiting))
    failures = []
    executor = Cluster(a.scheduler) if a.scheduler else Local(workers, settings.device, settings.sandbox)
    with contextlib.closing(course), executor, _progress(waiting, "grading") as bar:
        for one, result in each(executor, waiting, lambda one: course.job(one, settings)):
            try:
                if isinstance(result, Failure):
                    failures.append((one, result.message))
                else:
                    course.record(one, result)
            except NbGraderException as error:
                failures.append((one, str(error)))
            bar.set_postfix_str(one.student, refresh=False)
            bar.update()
    return failures


def _chosen(course: Course, labs: list[str], student: str | None) -> list[Handed]:
    handed = [one for lab in labs for one in course.handed_in(lab) if student in (None, one.student)]
    if not handed:
        whose = f" of {student}" if student else ""
        raise Stop(f"no submission{whose} lies in {course.path / 'submitted'}: `autograder collect` puts them there.")
    return handed


def _each(handed: list[Handed], do: Callable[[Handed], Any], what: str) -> list[tuple[Handed, str]]:
    """Does something with every submission under a progress bar; returns those where it failed, and why."""
    from nbgrader.converters.base import NbGraderException

    failures = []
    with _progress(handed, what) as bar:
        for one in handed:
            bar.set_postfix_str(one.student, refresh=sys.stderr.isatty())
            try:
                do(one)
            except NbGraderException as error:
                failures.append((one, str(error)))
            bar.update()
    return failures


def _progress(handed: list[Handed], what: str) -> tqdm:
    """A bar with the rate and the time left, on stderr."""
    from tqdm import tqdm

    pace = 0.1 if sys.stderr.isatty() else 10.0  # in a log each look of the bar is a line
    return tqdm(
        total=len(handed),
        desc=what,
        unit="notebook",
        file=sys.stderr,
        disable=not handed,
        mininterval=pace,
        smoothing=0.1,
    )


def feedback(a: argparse.Namespace) -> int:
    course = _open(a.course)
    handed = _chosen(course, _labs_of(course, a.labs), a.student)
    graded = [one for one in handed if course.result(one)]
    if not graded:
        raise Stop(f"nothing is graded yet: `autograder grade --course {a.course}` comes first.")
    failures = _each(graded, course.feedback, "feedback")
    for one, message in failures:
        print(f"no feedback  {one.student}, {one.lab}: {message}")
    print(f"{len(graded) - len(failures)} feedback pages in {course.path / 'feedback'}")
    return FAILED if failures else GRADED


def report(a: argparse.Namespace) -> int:
    from autograder.report import misconception_table, page, rows, table

    course = _open(a.course)
    labs = _labs_handed_in(course, a.labs)
    for lab in labs:
        class_rows = rows(course, lab)
        print(table(lab, class_rows) + "\n\n" + misconception_table(lab, class_rows) + "\n")
    path = course.path / "report.html"
    path.write_text(page(course, labs), encoding="utf-8")
    print(f"The same as a page: {path}")
    return GRADED


def export(a: argparse.Namespace) -> int:
    from autograder.export import export

    course = _open(a.course)
    labs = _labs_handed_in(course, a.labs)
    if a.output and len(labs) > 1:
        raise Stop(f"--output is one file, and the course has {len(labs)} labs: name one of them.")
    for lab in labs:
        ending = ".csv" if a.format == "csv" else f".{a.format}.csv"
        path = Path(a.output) if a.output else course.path / f"{lab}{ending}"
        path.write_text(export(course, lab, a.format), encoding="utf-8")
        print(path)
    return GRADED


def doctor(_: argparse.Namespace) -> int:
    from autograder.doctor import doctor

    failed = False
    for what, works, words, needed in doctor():
        failed |= needed and not works
        verdict = "ok" if works else "FAILS" if needed else "not here"
        print(f"{what:<15} {verdict:<9} {words}", flush=True)
    return FAILED if failed else GRADED
