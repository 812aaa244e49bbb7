"""Warm parents, from outside: one is started behind the wall, and forks a student's process whenever it is asked.

A parent has torch, transformers, plotly and IPython imported and runs no student's code; see `worker/zygote.py`. Each
grading process keeps its own, for as long as it lives, and of each one child ahead of time.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from autograder import sandbox
from autograder.child import Forked, Pipes

WARM_SECONDS = 120.0  # to import everything, on a cold disk
FORK_SECONDS = 30.0


class ZygoteLost(Exception):
    """The warm parent is gone or does not answer; another can be started."""


class _Ordered:
    """A child that was asked for. Until it is born nothing is known of it but its order."""

    def __init__(self, order: dict[str, Any], pipes: Pipes, life: socket.socket):
        self._order, self._pipes, self._life = order, pipes, life

    def is_as(self, order: dict[str, Any]) -> bool:
        """Whether it does for another order as well."""
        return self._order | {"uid": None} == order | {"uid": None}

    def child(self) -> Forked:
        """The child, which is waited for. Raises OSError where none comes; then it is dropped."""
        try:
            self._life.settimeout(FORK_SECONDS)
            message, fds, _, _ = socket.recv_fds(self._life, 16, 1)
            ready = message == b"ready"  # the child was faster than its parent
            if ready:
                message, fds, _, _ = socket.recv_fds(self._life, 16, 1)
            if message != b"born" or not fds:
                raise OSError
            # Either it waits for a question, or this is how it ended, which is Forked's to read.
            if not ready and self._life.recv(16, socket.MSG_PEEK) == b"ready":
                ready = bool(self._life.recv(16))
        except OSError:
            self.drop()
            raise
        return Forked(self._pipes, self._life, fds[0], ready)

    def drop(self) -> None:
        """It is not wanted: with nobody to ask it anything, it ends."""
        self._life.close()
        self._pipes.close(self._pipes.ours)


class Zygote:
    """One warm parent. It gets warm by itself; the first `fork` waits for that."""

    def __init__(self, launch: sandbox.Launch):
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (it lasts as long as the parent)
        self._warm = self._taught = False
        self._ahead: _Ordered | None = None
        with theirs:
            self._process = subprocess.Popen(
                launch.argv, env=launch.env, cwd=launch.cwd, stdin=theirs, stdout=subprocess.DEVNULL,
                stderr=self._errors, start_new_session=True,
            )  # fmt: skip

    def teach(self) -> None:
        """Sends the lessons' own cells, for which the parent waits. Raises SandboxUnavailable where it cannot."""
        if self._taught:
            return
        from autograder.lessons import labs  # the parent is getting warm while this is imported
        from autograder.release import handout

        cells = {cell.source for lab in labs() for cell in handout(lab).cells if cell.cell_type == "code"}
        try:
            with tempfile.TemporaryFile() as file:
                file.write(json.dumps(sorted(cells)).encode())
                file.seek(0)
                socket.send_fds(self._orders, [b"lessons"], [file.fileno()])
        except OSError as error:
            said = self._said()
            self.close()
            raise sandbox.SandboxUnavailable(
                f"The warm parent cannot be told of the lessons ({error}): {said}"
            ) from None
        self._taught = True

    def _wait(self) -> None:
        self.teach()
        self._orders.settimeout(WARM_SECONDS)
        with contextlib.suppress(OSError):
            if self._orders.recv(16) == b"warm":
                self._warm = True
                return
        self.close()
        raise sandbox.SandboxUnavailable(f"The warm parent of the students' processes did not start: {self._said()}")

    def _lost(self) -> ZygoteLost:
        return ZygoteLost(f"The warm parent of the students' processes is gone: {self._said()}")

    def _said(self) -> str:
        """The last line of what it wrote before it ended."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"

    def fork(self, order: Callable[[], dict[str, Any]]) -> Forked:
        """A new student's process. Another one like it is made meanwhile, so that whoever comes next need not wait.

        order: gives the settings of `inside.serve`, those that differ from one child to the next (`uid`) anew each time
        Raises ZygoteLost, and SandboxUnavailable where the parent could not start.
        """
        if not self._warm:
            self._wait()
        try:
            first = order()
            if self._ahead is not None and not self._ahead.is_as(first):
                self._drop_ahead()
            ahead, self._ahead = self._ahead or self._order(first), None
            child = ahead.child()
        except OSError:
            raise self._lost() from None
        with contextlib.suppress(OSError):  # whoever asks next finds out why
            self._ahead = self._order(order())
        end = child.ended()
        if end is not None and end.lost:  # the parent is gone, and takes its children along
            child.end(wait=False)
            raise self._lost()
        return child

    def _order(self, order: dict[str, Any]) -> _Ordered:
        pipes = Pipes()
        life, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ordered = _Ordered(order, pipes, life)
        try:
            socket.send_fds(self._orders, [json.dumps(order).encode()], [*pipes.theirs, theirs.fileno()])
        except OSError:
            ordered.drop()
            raise
        finally:
            pipes.close((*pipes.theirs, theirs.detach()))
        return ordered

    def _drop_ahead(self) -> None:
        if self._ahead is not None:
            self._ahead.drop()
            self._ahead = None

    def close(self) -> None:
        """Ends the parent and all its children."""
        self._drop_ahead()
        self._orders.close()
        self._process.kill()
        self._process.wait()


_kept: dict[str, Zygote] = {}  # by the device that their children work on
_owner = os.getpid()
_lock = threading.Lock()


def fork(device: str, order: Callable[[], dict[str, Any]]) -> Forked:
    """A student's process from this process's parent for `device`, which is started, or started again, when needed."""
    with _lock:
        for last in (False, True):
            try:
                return _parent(device).fork(order)
            except (ZygoteLost, sandbox.SandboxUnavailable):
                if device in _kept:
                    _kept.pop(device).close()
                if last:
                    raise


def prepare(device: str) -> None:
    """Starts this process's parent for `device`, where there is none, and does not wait for it."""
    with _lock:
        _parent(device)


def teach(device: str) -> None:
    """Tells the parent that `prepare` started of the lessons; else the first `fork` does."""
    with _lock:
        _parent(device).teach()


def _parent(device: str) -> Zygote:
    global _owner
    if _owner != os.getpid():  # forked ourselves: those parents are somebody else's
        _kept.clear()
        _owner = os.getpid()
    if device not in _kept:
        _kept[device] = Zygote(sandbox.launch_zygote(device))
    return _kept[device]


@atexit.register
def close_all() -> None:
    """Ends this process's warm parents."""
    if _owner == os.getpid():
        while _kept:
            _kept.popitem()[1].close()
