"""Executors: every job comes back once, whatever happens to the workers; and seeds, which stay the same wherever one runs."""

from __future__ import annotations

import os
import signal
import stat
import time
from pathlib import Path

import pytest

from autograder import cli
from autograder.executors import Cluster, ExecutorError, Failure, Local, cores, each
from autograder.seeds import KEY, seed


def work(data: bytes, notes: str) -> bytes:
    """A job that does what its data says, and leaves a note of each time it was begun."""
    with open(notes, "a") as file:
        file.write(data.decode() + "\n")
    what, _, _ = data.partition(b" ")
    if what == b"kill" or (what == b"once" and Path(notes).read_text().count(data.decode() + "\n") == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    if what == b"raise":
        raise ValueError("first line\nsecond line")
    return data + b" done"


def results(executor: Local | Cluster, jobs: list[bytes], notes: Path) -> dict[bytes, bytes | Failure]:
    done = [*each(executor, jobs, lambda job: (work, job, str(notes)))]
    assert len(done) == len(jobs)
    return dict(done)


def test_a_dead_worker_costs_a_retry_and_a_deadly_job_only_itself(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    jobs = [b"a", b"kill", b"b", b"raise", b"once", *(b"c %d" % number for number in range(6))]
    with Local(2, sandbox="none") as executor:
        found = results(executor, jobs, notes)
    assert found.pop(b"raise") == Failure("ValueError: first line")
    assert "twice" in found.pop(b"kill").message
    assert all(result == job + b" done" for job, result in found.items())
    begun = notes.read_text().splitlines()
    assert begun.count("kill") == begun.count("once") == 2 and begun.count("raise") == 1
    assert all(begun.count(job.decode()) == 1 for job in (b"a", b"b", b"c 3"))


def test_workers_end_with_the_run_that_is_interrupted(tmp_path: Path) -> None:
    executor = Local(1, sandbox="none")
    with pytest.raises(KeyboardInterrupt), executor:
        worker = executor.submit(os.getpid).result()
        raise KeyboardInterrupt
    deadline = time.monotonic() + 20
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{worker}").exists()


def processors(seconds: float) -> list[int]:
    """A job that tells where it may run, and takes so long that the next one goes to another worker."""
    time.sleep(seconds)
    return sorted(os.sched_getaffinity(0))


@pytest.mark.skipif(cores() < 2, reason="there is one processor")
def test_where_each_processor_has_a_worker_each_worker_has_a_processor() -> None:
    mine = sorted(os.sched_getaffinity(0))
    for workers, expected in ((1, [mine]), (len(mine), [[one] for one in mine])):
        with Local(workers, sandbox="none") as executor:
            futures = [executor.submit(processors, 0.5) for _ in range(workers)]
            assert sorted(future.result() for future in futures) == expected
    assert sorted(os.sched_getaffinity(0)) == mine


def test_a_cluster_runs_the_same_jobs(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, memory_limit=0
        ) as cluster,
        Cluster(cluster.scheduler_address) as executor,
    ):
        found = results(executor, [b"a", b"raise", b"once"], tmp_path / "notes")
    assert found == {b"a": b"a done", b"raise": Failure("ValueError: first line"), b"once": b"once done"}


def test_a_cluster_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ExecutorError, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9", seconds=1)


def test_workers_and_scheduler_exclude_each_other(capsys: pytest.CaptureFixture) -> None:
    for arguments in (["--workers", "0"], ["--workers", "two"], ["--workers", "2", "--scheduler", "tcp://x:1"]):
        with pytest.raises(SystemExit) as stop:
            cli.main(["grade", "--course", "here", *arguments])
        assert stop.value.code == 2 and "--workers" in capsys.readouterr().err


def test_seeds_can_be_repeated_and_not_guessed(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir(), two.mkdir()
    found = [seed(course, lab, what) for course in (one, two) for lab in ("x", "y") for what in ("abc", "abd")]
    assert len(set(found)) == 8 and all(0 <= value < 1 << 48 for value in found)
    assert seed(one, "x", "abc") == found[0]
    assert stat.S_IMODE((one / KEY).stat().st_mode) == 0o600 and [path.name for path in one.iterdir()] == [KEY]
