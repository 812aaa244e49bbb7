"""One student's process as the grader holds it: three pipes, who belongs to it, how it ended, and its end.

There are two ways to get one. A warm parent forks it in milliseconds (`Forked`, made by `zygote.py`); or it is started
from nothing (`Fresh`), where no warm parent can run or without a sandbox.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from autograder import processes
from autograder.sandbox import Launch

CLOSE_SECONDS = 10.0
WAIT_TICK = 0.005  # seconds between two looks whether a process has ended


@dataclass(frozen=True)
class Ended:
    """How a process ended: by which signal, if by one; processor time used, where known; or with the parent it had."""

    signal: int | None = None
    cpu_seconds: float = 0.0
    lost: bool = False


class Pipes:
    """Three pipes to a process: `ours` and `theirs` are their ends for requests, replies and errors. Ours never block."""

    def __init__(self) -> None:
        (ask, requests), (replies, answer), (errors, complain) = os.pipe(), os.pipe(), os.pipe()
        self.ours, self.theirs = (requests, replies, errors), (ask, answer, complain)
        for fd in self.ours:
            os.set_blocking(fd, False)

    def close(self, fds: tuple[int, ...]) -> None:
        """Closes the ends of one side."""
        for fd in fds:
            os.close(fd)


class Child:
    """What the two ways have in common. `requests` is to be written, `replies` and `errors` to be read."""

    ready = False  # whether it is known to wait for questions; else it has to be asked something
    contained = True  # whether it lives in a sandbox, whose sockets and files can be counted

    def __init__(self, pipes: Pipes):
        self._pipes = pipes
        self.requests, self.replies, self.errors = pipes.ours

    def started(self) -> None:
        """To be called once it has answered for the first time."""

    def family(self) -> list[int]:
        """The processes of its world, as this machine numbers them."""
        raise NotImplementedError

    def ended(self, seconds: float = 0.0) -> Ended | None:
        """How it ended, or None while it runs (it is waited for `seconds`)."""
        raise NotImplementedError

    def end(self, wait: bool = True) -> None:
        """Kills all its processes, waits until they are gone, and removes what they left."""
        self._pipes.close(self._pipes.ours)


class Forked(Child):
    """A child of a warm parent, known by a handle. It is the first process of its world and takes all others along."""

    def __init__(self, pipes: Pipes, life: socket.socket, handle: int, ready: bool):
        super().__init__(pipes)
        self._life, self._handle, self.ready = life, handle, ready
        self._pid = processes.number(handle)
        self._ended: Ended | None = None

    def family(self) -> list[int]:
        return processes.family(self._pid)

    def ended(self, seconds: float = 0.0) -> Ended | None:
        if self._ended is None and processes.readable(self._life.fileno(), seconds):
            self._ended = Ended(lost=True)
            with contextlib.suppress(OSError, ValueError):
                code, used = json.loads(self._life.recv(64))
                self._ended = Ended(-code if code < 0 else None, used)
        return self._ended

    def end(self, wait: bool = True) -> None:
        processes.end(self._handle, CLOSE_SECONDS if wait else 0.0)
        self._life.close()
        super().end()


class Fresh(Child):
    """A process started by `launch`, in a sandbox of its own or, with a scratch folder, in none."""

    def __init__(self, launch: Launch):
        super().__init__(Pipes())
        self._scratch, self.contained = launch.scratch, launch.scratch is None
        self._first: int | None = None
        self._ended: Ended | None = None
        stdin, stdout, stderr = self._pipes.theirs
        try:
            self._process = subprocess.Popen(
                launch.argv, env=launch.env, cwd=launch.cwd, pass_fds=launch.fds, stdin=stdin, stdout=stdout,
                stderr=stderr, start_new_session=True,
            )  # fmt: skip
        finally:
            self._pipes.close((*self._pipes.theirs, *launch.fds))

    def started(self) -> None:
        if self.contained:
            self._first = processes.handle(processes.children(self._process.pid))

    def family(self) -> list[int]:
        found = processes.family(self._process.pid)
        return found[1:] if self.contained else found  # bubblewrap itself stands outside

    def ended(self, seconds: float = 0.0) -> Ended | None:
        deadline = time.monotonic() + seconds
        while self._ended is None:
            try:
                pid, status, used = os.wait4(self._process.pid, os.WNOHANG)
            except ChildProcessError:  # gone, and nobody kept how: whoever started us ignores the ends of children
                self._process.returncode, self._ended = 0, Ended()
                break
            if pid:
                self._process.returncode = code = os.waitstatus_to_exitcode(status)
                # bubblewrap reports a signal as shells do; that a program ends with such a number itself is no matter here.
                signalled = -code if code < 0 else code - 128 if code > 128 else None
                self._ended = Ended(signalled, used.ru_utime + used.ru_stime)
            elif time.monotonic() >= deadline:
                break
            else:
                time.sleep(WAIT_TICK)
        return self._ended

    def end(self, wait: bool = True) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        if self._first is not None:
            # The sandbox's first process takes all others with it, and is gone only when they are.
            processes.end(self._first, CLOSE_SECONDS)
        self.ended(CLOSE_SECONDS)
        if self._scratch is not None:
            processes.kill_marked(f"AUTOGRADER_SESSION={Path(self._scratch).name}")
            shutil.rmtree(self._scratch, ignore_errors=True)
        super().end()
