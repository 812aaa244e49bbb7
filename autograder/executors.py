"""Where a class is graded: processes of this machine, or a Dask cluster. Both run the same function on the same bytes.

An executor has `slots`, how many jobs it can run at once, and `submit`, which gives a future. `each` feeds it and hands
on what comes back. A worker that dies costs its job one retry; a job that ends its worker twice is given up, and the
others go on.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, TypeVar

from autograder import sandbox as walls
from autograder import zygote

Job = TypeVar("Job")
PATIENCE = 1.0  # seconds between two looks at how many workers a cluster has
DEATH_SIGNAL = 1  # of prctl(2)


class ExecutorError(Exception):
    """Grading cannot go on as it was asked for; the message is one line."""


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Failure:
    """Why a job has no result, in one line."""

    message: str


class Local:
    """Processes of this machine, one job at a time each.

    Each has a pool, and so pipes, of its own: one that is killed in the middle of a sentence spoils no other's.
    """

    retries = 1

    def __init__(self, workers: int, device: str = "cpu", sandbox: str = "auto"):
        self.slots = workers
        self._start = workers, device, sandbox
        self._pools: list[ProcessPoolExecutor | None] = [None] * workers
        self._pids: list[Future | None] = [None] * workers
        self._last: list[Future | None] = [None] * workers  # what each was given last

    def __enter__(self) -> Local:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for pool, pid in zip(self._pools, self._pids, strict=True):
            if kind is not None and pid is not None and pid.done() and not pid.exception():
                with contextlib.suppress(ProcessLookupError):  # what it works on is not wanted any more
                    os.kill(pid.result(), signal.SIGKILL)
            if pool is not None:
                pool.shutdown(wait=kind is None, cancel_futures=True)

    def submit(self, function: Callable[..., bytes], *arguments: Any) -> Future:
        """The future of function(*arguments). To be called only while fewer than `slots` are running."""
        slot = next(slot for slot, last in enumerate(self._last) if last is None or last.done())
        if self._last[slot] is not None and isinstance(self._last[slot].exception(), BrokenProcessPool):
            self._replace(slot)
        try:
            future = self._pool(slot).submit(function, *arguments)
        except BrokenProcessPool:  # it died while it had nothing to do
            self._replace(slot)
            future = self._pool(slot).submit(function, *arguments)
        self._last[slot] = future
        return future

    def _pool(self, slot: int) -> ProcessPoolExecutor:
        pool = self._pools[slot]
        if pool is None:
            context = multiprocessing.get_context("spawn")  # torch, once it has worked, cannot be forked
            pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(slot, *self._start))
            self._pools[slot], self._pids[slot] = pool, pool.submit(os.getpid)
        return pool

    def _replace(self, slot: int) -> None:
        self._pools[slot].shutdown(wait=False)
        self._pools[slot] = None


def _begin(slot: int, workers: int, device: str, sandbox: str) -> None:
    """What a worker process does first: it ends with the one that made it, takes its turn among processors and GPUs, and
    has its warm parent start while it imports what it needs itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is for the one that made it
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    os.environ["OMP_NUM_THREADS"] = "1"  # there is a worker for each core
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    gpus = visible.split(",") if visible else [str(n) for n in range(_gpus())]
    if gpus:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpus[slot % len(gpus)]
    elif workers % cores() == 0 and hasattr(os, "sched_setaffinity"):
        # No submission takes another one's time, and nothing is moved between processors that are all busy.
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[slot % cores()]})
        with contextlib.suppress(OSError):
            # Whoever answers goes on with the next question, instead of making way at once for the one who reads the answer.
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    warm = sandbox == "auto" and walls.cold(device) is None
    if warm:
        zygote.prepare(device)
    from autograder import engine  # noqa: F401

    if warm:
        with contextlib.suppress(Exception):  # the first submission tries again, and says why
            zygote.teach(device)
    gc.collect()
    gc.freeze()  # what is imported stays; going through it for garbage takes as long as judging does


def _gpus() -> int:
    """How many GPUs the driver shows, without making torch touch one."""
    folder = "/proc/driver/nvidia/gpus"
    return len(os.listdir(folder)) if os.path.isdir(folder) else 0


class Cluster:
    """A Dask cluster. Raises ExecutorError where there is none at `address` or `distributed` is not installed."""

    retries = 0  # the scheduler gives a job whose worker died to another by itself

    def __init__(self, address: str, seconds: float = 15.0):
        try:
            import distributed
        except ImportError:
            raise ExecutorError("`--scheduler` needs Dask: python -m pip install 'distributed>=2024.1'") from None
        try:
            self._client = distributed.Client(address, timeout=seconds, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ExecutorError(f"there is no Dask scheduler at {address}: {error}") from None
        self._executor = self._client.get_executor(pure=False)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(wait=False)
        self._client.close()

    @property
    def slots(self) -> int:
        """The threads of all workers that are there now."""
        return sum(self._client.nthreads().values())

    def submit(self, function: Callable[..., bytes], *arguments: Any) -> Future:
        """The future of function(*arguments)."""
        return self._executor.submit(function, *arguments)


def _killed(error: BaseException) -> bool:
    """Whether this is how an executor says that the worker died."""
    return isinstance(error, BrokenProcessPool) or type(error).__name__ == "KilledWorker"


def each(
    executor: Local | Cluster, jobs: Iterable[Job], begin: Callable[[Job], tuple[Any, ...]]
) -> Iterator[tuple[Job, bytes | Failure]]:
    """Runs every job and yields it with its result, in the order in which they are done.

    begin: gives what to submit for a job, (function, argument, …), when its turn has come
    """
    waiting, running = deque((job, 0) for job in jobs), {}

    def fill() -> None:
        while waiting and len(running) < executor.slots:
            job, deaths = waiting.popleft()
            running[executor.submit(*begin(job))] = job, deaths

    while waiting or running:
        fill()
        done, _ = concurrent.futures.wait(running, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        ended = [(*running.pop(future), future) for future in done]
        fill()  # whoever is free now goes on while somebody looks at these
        for job, deaths, future in ended:
            error = future.exception()
            if error is None:
                yield job, future.result()
            elif not _killed(error):
                yield job, Failure(f"{type(error).__name__}: {error}".splitlines()[0])
            elif deaths < executor.retries:
                waiting.append((job, deaths + 1))
            else:
                yield job, Failure("the process that graded it ended, twice; have a look at this notebook.")
