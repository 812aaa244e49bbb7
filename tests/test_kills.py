"""A run that is killed, in whole or in part, and started again ends with the gradebook of one that was left alone.

TRANSFORMERS_LABS_KILLS says how often something is killed; few in the ordinary run, 20 and more when it matters.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import processes, sandbox
from autograder.course import Course, make_course
from tests.test_course import LAB
from tests.test_writer import answered, files, hand_in, tables

KILLS = int(os.environ.get("TRANSFORMERS_LABS_KILLS", "4"))
CLASS = max(8, 4 * KILLS)
LONGEST = 0.15  # seconds that a part of a run is left alone, at most: about two submissions
PARTS = ("main", "child", "parent", "worker")  # the last one first

pytestmark = pytest.mark.skipif(sandbox.cold("cpu") is not None, reason=f"no warm parent: {sandbox.cold('cpu')}")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of different submissions, graded without a disturbance; and the same course before that, beside it."""
    course = make_course(tmp_path_factory.mktemp("kills") / "undisturbed", [LAB])
    (course.path / "seeds.key").write_text("the same for all copies")
    right = ["causal_mask", "gpt_parameter_count", "attention_weights", "dot_product_variance"]
    for number in range(CLASS):
        hand_in(course, f"s{number:02}", answered(*(name for at, name in enumerate(right) if number >> at & 1)))
    hand_in(course, "damaged", answered()[:-500])
    hand_in(course, "exits", answered("causal_mask").replace("progress()", "import os; os._exit(1)"))
    hand_in(course, "suicidal", answered("causal_mask").replace("progress()", "import os; os.kill(os.getpid(), 9)"))
    shutil.copytree(course.path, course.path.with_name("before"))
    assert start(course).wait(600) == 0
    return course


def start(course: Course, *more: str) -> subprocess.Popen:
    """A run of `autograder grade`, in a group of its own."""
    command = [sys.executable, "-m", "autograder", "grade", "--course", str(course.path), *more]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)


def parts(main: int) -> dict[str, list[int]]:
    """The processes of a run by what they are: worker → bubblewrap → its first process → parent → child."""
    found: dict[str, list[int]] = {"main": [main], "worker": [], "parent": [], "child": []}
    for worker in processes.children(main):
        with contextlib.suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{worker}/cmdline").read_bytes():
                found["worker"].append(worker)
    level = found["worker"]
    for name in ("bubblewrap", "first", "parent", "child"):
        level = [child for process in level for child in processes.children(process)]
        found[name] = level
    return found


def kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def has_begun(course: Course) -> bool:
    return any(course.path.glob("autograded/*/*/report.json"))


def finish(course: Course, run: Callable[[], subprocess.Popen], strike: Callable[[subprocess.Popen], None]) -> None:
    """Runs until a run ends by itself with everything graded; `strike` is called with each run while it goes on."""
    for _ in range(KILLS + 6):
        process = run()
        strike(process)
        if process.wait(600) == 0:
            return
    raise AssertionError("it was never done")


def assert_the_same(course: Course, undisturbed: Course) -> None:
    assert tables(course) == tables(undisturbed)
    assert files(course.path / "autograded") == files(undisturbed.path / "autograded")


def test_killed_at_random_and_started_again(undisturbed: Course, tmp_path: Path) -> None:
    course = Course(shutil.copytree(undisturbed.path.with_name("before"), tmp_path / "course"))
    chance, left = random.Random(KILLS), [PARTS[number % len(PARTS)] for number in range(KILLS)]

    def strike(run: subprocess.Popen) -> None:
        while (
            run.poll() is None and not parts(run.pid)["child"]
        ):  # importing is the longest part of a run and the dullest
            time.sleep(0.05)
        while left and run.poll() is None:
            time.sleep(chance.uniform(0, LONGEST))
            victims = parts(run.pid)[left[-1]]
            if victims and run.poll() is None:
                kill(chance.choice(victims))
                left.pop()

    finish(course, lambda: start(course, "--workers", "2"), strike)
    assert not left
    assert_the_same(course, undisturbed)


def test_a_cluster_that_loses_workers(undisturbed: Course, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    course = Course(shutil.copytree(undisturbed.path.with_name("before"), tmp_path / "course"))
    chance, done = random.Random(0), threading.Event()
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, memory_limit=0
    ) as cluster:

        def strike(run: subprocess.Popen) -> None:
            for _ in range(-(-KILLS // 4)):
                while run.poll() is None and not done.wait(chance.uniform(0.5, 2.0)) and not has_begun(course):
                    pass
                workers = [nanny.process.pid for nanny in cluster.workers.values() if nanny.process]
                if workers and run.poll() is None:
                    kill(chance.choice(workers))

        finish(course, lambda: start(course, "--scheduler", cluster.scheduler_address), strike)
    assert_the_same(course, undisturbed)


def test_nothing_is_left_of_a_run_that_was_killed(undisturbed: Course, tmp_path: Path) -> None:
    course = Course(shutil.copytree(undisturbed.path.with_name("before"), tmp_path / "course"))
    run = start(course, "--workers", "1")
    while run.poll() is None and not parts(run.pid)["child"]:
        time.sleep(0.05)
    everyone = processes.family(run.pid)
    assert len(everyone) > 5
    kill(run.pid)
    run.wait(60)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(alive(one) for one in everyone):
        time.sleep(0.1)
    assert not [one for one in everyone if alive(one)]


def alive(process: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False
