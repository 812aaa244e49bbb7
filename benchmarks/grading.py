"""What a notebook costs an instructor: ours in the sandbox, stock nbgrader, and its cells with nothing around them.

    python -m benchmarks.grading [--rounds 5] [--class 60] [LAB …]

Peers take turns within one run, so that a machine that slows down slows all. Ours runs on one processor, as in a class that
has a worker for each, and once more with all of them free: then the next student's process is made ready meanwhile. Stock
nbgrader always has them all. Last a class is graded into a course, by one worker on one processor, by two on two and by one
on two, to show what a second one brings and that a submission costs the same however many came before it.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder import processes, reference, work
from autograder.course import Course, make_course
from autograder.executors import Local, cores, each
from autograder.lessons import labs
from autograder.release import instructor_notebook, student_notebook
from tools.submissions import with_answers

WARM = 3  # submissions for each worker that are not timed
RUNS = 15  # of ours and of the bare cells in each round, one after another as in a class; stock nbgrader takes long
STAGES = (10, 50, 250, 1000)  # after how many the cost is told


def solved(lab: str) -> bytes:
    """The lab with the reference answers, as a student would hand it in."""
    return nbformat.writes(with_answers(student_notebook(lab), reference.sources(lab))).encode()


class Stock:
    """nbgrader as it comes: a course of its own, and its autograde converter in this process."""

    def __init__(self, lab: str, folder: Path):
        self.lab = lab
        log = logging.Logger("stock", logging.ERROR)
        log.addHandler(logging.StreamHandler(sys.stderr))
        self.log, self.config = log, Config()
        os.environ["PATH"] = os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ["PATH"]]
        )  # alembic is called
        self.config.CourseDirectory.root = str(folder)
        self.config.CourseDirectory.assignment_id = lab
        source = folder / "source" / lab / f"{lab}.ipynb"
        source.parent.mkdir(parents=True)
        nbformat.write(instructor_notebook(lab), source)
        self._convert(GenerateAssignment)
        handed = folder / "submitted" / "ann" / lab / f"{lab}.ipynb"
        handed.parent.mkdir(parents=True)
        handed.write_bytes(solved(lab))

    def grade(self) -> None:
        """Grades the one submission."""
        self._convert(Autograde)

    def _convert(self, kind: type) -> None:
        converter = kind(coursedir=CourseDirectory(config=self.config, log=self.log), config=self.config, log=self.log)
        converter.force = True
        with silence():
            converter.start()


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Nothing reaches the terminal, not even from the kernels that are started."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def seconds(action) -> float:
    """How long it takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


@contextlib.contextmanager
def bare(lab: str) -> Iterator[subprocess.Popen]:
    """A process that runs the cells of a lab whenever it is asked."""
    command = [sys.executable, "-m", "benchmarks.bare", lab]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"PYTHONPATH": os.getcwd()}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment
        ) as process:
            yield process
            process.stdin.close()


def ask(process: subprocess.Popen) -> float:
    """The seconds of one bare run."""
    process.stdin.write("\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def notebooks(lab: str, rounds: int) -> None:
    """One notebook at a time: ours on one processor, ours on all, bare and stock in turn."""
    data = solved(lab)

    def grade(worker: Local) -> None:
        worker.submit(work.grade_bytes, data, lab, work.Settings()).result()

    with tempfile.TemporaryDirectory() as folder, bare(lab) as process, Local(1) as confined, Local(1) as free:
        stock = Stock(lab, Path(folder))
        with processors(1):  # a worker has those that there were when it began
            grade(confined)
        for _ in range(WARM):
            grade(confined)
            grade(free)
            ask(process)
        turns = []
        for _ in range(rounds):
            one, many = (
                statistics.median(seconds(partial(grade, who)) for _ in range(RUNS)) for who in (confined, free)
            )
            cells = statistics.median(ask(process) for _ in range(RUNS))
            turns.append((one, many, cells, seconds(stock.grade)))

    one, many, cells, theirs = zip(*turns, strict=True)
    print(
        f"{lab}: ours {told(one)} on one core and {told(many)} on {cores()}, its cells alone {told(cells)}, "
        f"stock nbgrader {told(theirs)}; {ratio(theirs, one):.1f} and {ratio(theirs, many):.1f} times as fast as stock, "
        f"{ratio(one, cells):.2f} and {ratio(many, cells):.2f} times the cells alone",
        flush=True,
    )


def told(samples: Sequence[float]) -> str:
    """Their median, in milliseconds."""
    return f"{1e3 * statistics.median(samples):,.0f} ms"


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """How many times those these are, turn by turn."""
    return statistics.median(a / b for a, b in zip(these, those, strict=True))


def a_class(lab: str, size: int, workers: int) -> float:
    """Grades a class into a course; prints what a submission costs as the class goes on; returns the seconds for one."""
    with tempfile.TemporaryDirectory() as folder:
        course = make_course(Path(folder) / "course", [lab])
        for number in range(size + WARM * workers):
            handed = course.path / "submitted" / f"s{number:05}" / lab / f"{lab}.ipynb"
            handed.parent.mkdir(parents=True)
            handed.write_bytes(solved(lab))
        settings, marks = course.settings(), []
        looks = {*STAGES, size + WARM * workers - 1}  # at the memory, which takes as long as a cell
        with contextlib.closing(course), Local(workers) as executor:
            for one, result in each(executor, course.handed_in(lab), lambda one: course.job(one, settings)):
                course.record(one, result)
                marks.append((time.perf_counter(), memory() if len(marks) in looks else 0.0))
        done_all = _graded(course, lab)
    begin = WARM * workers
    whole = (marks[-1][0] - marks[begin - 1][0]) / (len(marks) - begin)
    print(
        f"{lab}, {workers} worker{'s' * (workers > 1)} on {cores()} core{'s' * (cores() > 1)}, {done_all} submissions: "
        f"{1e3 * whole:.0f} ms each",
        flush=True,
    )
    last = begin
    for end in [*(stage for stage in STAGES if begin < stage < len(marks) - 1), len(marks) - 1]:
        each_one = (marks[end][0] - marks[last][0]) / max(1, end - last)
        print(f"  submissions {last} to {end}: {1e3 * each_one:.0f} ms each, {marks[end][1]:.0f} MB held", flush=True)
        last = end
    return whole


@contextlib.contextmanager
def processors(count: int) -> Iterator[None]:
    """This process, and what it starts meanwhile, has no more than so many."""
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(all_of_them)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


def memory() -> float:
    """MB that this process and all it started hold, pages they share counted once."""
    return processes.memory(processes.family(os.getpid()), 0) / 1e6


def _graded(course: Course, lab: str) -> int:
    handed = course.handed_in(lab)
    full = sum(result["score"] == result["max_score"] for one in handed if (result := course.result(one)))
    if full != len(handed):
        raise SystemExit(f"{full} of {len(handed)} got all points")
    return full


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labs", nargs="*", default=labs(), metavar="LAB")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--class", type=int, default=60, dest="size", metavar="N")
    a = parser.parse_args()
    for lab in a.labs:
        notebooks(lab, a.rounds)
    spent = {}
    for workers, share in ((1, 1), (2, 2), (1, 2)):
        if share <= cores():
            with processors(share):
                spent[workers, share] = a_class(a.labs[0], a.size, workers)
    if (2, 2) in spent:
        print(
            f"two workers on two cores are {spent[1, 1] / spent[2, 2]:.2f} times as fast as one on one core, "
            f"and {spent[1, 2] / spent[2, 2]:.2f} times as fast as one that has both, of which it keeps more than one busy"
        )


if __name__ == "__main__":
    main()
