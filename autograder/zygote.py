"""Warm parents, from outside: one is started behind the wall, and forks a student's process whenever it is asked.

A parent has torch, transformers, plotly and IPython imported and runs no student's code; see `worker/zygote.py`. Each
grading process keeps its own, for as long as it lives.
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
from typing import Any

from autograder import sandbox
from autograder.child import Forked, Pipes

WARM_SECONDS = 120.0  # to import everything, on a cold disk
FORK_SECONDS = 30.0


class ZygoteLost(Exception):
    """The warm parent is gone or does not answer; another can be started."""


class Zygote:
    """One warm parent. Raises SandboxUnavailable where it cannot start."""

    def __init__(self, launch: sandbox.Launch):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders = ours
        with theirs, tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(
                launch.argv, env=launch.env, cwd=launch.cwd, stdin=theirs, stdout=subprocess.DEVNULL, stderr=errors,
                start_new_session=True,
            )  # fmt: skip
            ours.settimeout(WARM_SECONDS)
            with contextlib.suppress(OSError):
                if ours.recv(16) == b"warm":
                    return
            self.close()
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
        raise sandbox.SandboxUnavailable(said[-1][:300] if said else "the warm parent did not start")

    def fork(self, order: dict[str, Any]) -> Forked:
        """A new student's process with `order`, the settings of `inside.serve`. Raises ZygoteLost."""
        pipes = Pipes()
        life, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            try:
                socket.send_fds(self._orders, [json.dumps(order).encode()], [*pipes.theirs, theirs.fileno()])
            finally:
                pipes.close((*pipes.theirs, theirs.detach()))
            life.settimeout(FORK_SECONDS)
            message, fds, _, _ = socket.recv_fds(life, 16, 1)
            if message != b"born" or not fds:
                raise OSError
            return Forked(pipes, life, fds[0])
        except OSError:
            life.close()
            pipes.close(pipes.ours)
            raise ZygoteLost("The warm parent of the students' processes is gone.") from None

    def close(self) -> None:
        """Ends the parent and all its children."""
        self._orders.close()
        self._process.kill()
        self._process.wait()


_kept: dict[tuple[str, ...], Zygote] = {}  # by the wall they stand behind
_owner = os.getpid()
_lock = threading.Lock()


def fork(device: str, order: dict[str, Any]) -> Forked:
    """A student's process from this process's parent for `device`, which is started, or started again, when needed."""
    global _owner
    with _lock:
        if _owner != os.getpid():  # forked ourselves: those parents are somebody else's
            _kept.clear()
            _owner = os.getpid()
        launch = sandbox.launch_zygote(device)
        wall = tuple(launch.argv)
        for _ in range(2):
            zygote = _kept.get(wall) or _kept.setdefault(wall, Zygote(launch))
            try:
                return zygote.fork(order)
            except ZygoteLost as lost:
                _kept.pop(wall).close()
                error = lost
    raise error


@atexit.register
def close_all() -> None:
    """Ends this process's warm parents."""
    if _owner == os.getpid():
        while _kept:
            _kept.popitem()[1].close()
