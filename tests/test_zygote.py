"""Warm parents from outside: what is known of a child, in whatever order it is told."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from autograder import sandbox, zygote
from autograder.child import Ended, Pipes

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="handles of processes are Linux's")
END = b"[-9, 0.5]"


@pytest.mark.parametrize("said", [(b"born", b"ready"), (b"ready", b"born"), (b"born", END), (b"born", b"ready", END)])
def test_a_child_may_be_ready_before_its_parent_says_that_it_is_born(said: tuple[bytes, ...]) -> None:
    life, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pipes = Pipes()
    with subprocess.Popen(["sleep", "60"]) as process, theirs:
        handle = os.pidfd_open(process.pid)
        for word in said:
            socket.send_fds(theirs, [word], [handle] if word == b"born" else [])
        child = zygote._Ordered({}, pipes, life).child()
        assert child.ready == (b"ready" in said)
        assert child.family() == [process.pid]
        assert child.ended() == (Ended(9, 0.5) if END in said else None)
        child.end()
        assert process.wait(10) == -9
        os.close(handle)
    pipes.close(pipes.theirs)


def test_a_child_that_is_not_born_is_an_error_and_leaves_nothing_open() -> None:
    before = len(os.listdir("/proc/self/fd"))
    life, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pipes = Pipes()
    theirs.close()
    with pytest.raises(OSError):
        zygote._Ordered({}, pipes, life).child()
    pipes.close(pipes.theirs)
    assert len(os.listdir("/proc/self/fd")) == before


FAILING = """
import os, sys
sys.path.insert(0, sys.argv[1])
import birth

def fail(user, group):
    raise OSError("no map of users")

birth._stay = fail
try:
    child, _ = birth.fork(True)
except OSError:
    sys.exit(77)  # this machine makes no user namespaces
print("ended with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_child_that_cannot_say_who_it_is_ends_and_does_not_go_on_as_its_parent() -> None:
    command = [sys.executable, "-c", FAILING, str(sandbox.WORKER)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode == 77:
        pytest.skip("no user namespaces here")
    assert (done.stdout, done.stderr) == ("ended with 1\n", "no map of users\n")
