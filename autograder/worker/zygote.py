"""The warm parent: everything imported once, a child forked for each notebook.

Runs behind the wall and never reads a student's code. Over its standard input, a socket, the grader sends an order (one
JSON object) with four descriptors: requests, replies, errors, and a socket on which the child's life is reported: first a
handle of the student's process, then that it waits for questions, at the end its exit status and the processor time it used.
Each lives in namespaces of its own, as the first process there, so that all it starts ends with it:

    zygote ── attendant, who reports ══ student's process (pid 1)
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import socket
import sys
from typing import Any

setup: dict[str, Any] = json.loads(sys.argv[1])
sys.path[:1] = setup["path"]

import confine  # noqa: E402
import hugepages  # noqa: E402
import inside  # noqa: E402
import torch  # noqa: E402
import warmth  # noqa: E402

LARGEST_ORDER = 1 << 16


def attend(message: bytes, fds: list[int]) -> None:
    """Makes the student's process in a world of its own, tells the grader about it, and at its end of what it died."""
    confine.die_with_parent()
    confine.leave_the_others(setup["own_users"])
    ready, told = os.pipe()
    student = os.fork()
    if student == 0:
        for fd in (ready, fds[3]):
            os.close(fd)
        begin(json.loads(message), *fds[:3], told)
    os.close(told)
    with socket.socket(fileno=fds[3]) as life:
        for fd in fds[:3]:
            os.close(fd)
        socket.send_fds(life, [b"born"], [os.pidfd_open(student)])
        if os.read(ready, 1):
            life.send(b"ready")
        _, status, used = os.wait4(student, 0)
        life.send(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime]).encode())


def begin(order: dict[str, Any], requests: int, replies: int, errors: int, told: int) -> None:
    """The student's process: makes its folders, gives up every right, and serves."""
    confine.die_with_parent()
    os.setsid()  # a signal to the own group must not reach the warm parent
    os.dup2(errors, 2)
    os.close(errors)
    confine.go_first()
    confine.private_folders(order["writable"], order["scratch_bytes"], order["hidden"], order["kept"])
    os.chdir(order["home"])
    requests, replies = confine.set_aside(requests, replies)
    confine.become(order["uid"])
    confine.drop_capabilities()
    confine.filter_calls(bytes.fromhex(order["filter"]))
    inside.serve(order, requests, replies, shell, told)


def serve() -> None:
    """Forks a child for each order, until the grader is gone."""
    orders.send(b"warm")
    while True:
        message, fds, _, _ = socket.recv_fds(orders, LARGEST_ORDER, 4)
        if not message:
            return
        if os.fork() == 0:
            try:
                orders.close()
                attend(message, fds)
                os._exit(0)
            except BaseException as error:
                with contextlib.suppress(OSError):
                    os.write(2, f"{type(error).__name__}: {error}\n".encode())
            finally:
                os._exit(1)
        for fd in fds:
            os.close(fd)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


orders = socket.socket(fileno=os.dup(0))
os.dup2(inside.quiet.fileno(), 0)
torch.set_num_threads(1)
shell = inside.make_shell()
warmth.warm_up(shell)
gc.collect()
gc.freeze()  # a collection in a child need not touch, and so copy, what the parent holds
hugepages.collapse()
serve()
