"""The warm parent: everything imported once, a child forked for each notebook.

Runs behind the wall and never reads a student's code. Over its standard input, a socket, the grader sends a file with the
lessons' own cells, and from then on orders: one JSON object with four descriptors: requests, replies, errors, and a socket
on which the child's life is reported: a handle of the student's process, by itself that it waits for questions, and at the
end its exit status and the processor time it used.
Each lives in namespaces of its own, as the first process there, so that all it starts ends with it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import socket
import sys
from typing import Any, NamedTuple

setup: dict[str, Any] = json.loads(sys.argv[1])
sys.path[:1] = setup["path"]

import birth  # noqa: E402
import confine  # noqa: E402
import holes  # noqa: E402
import hugepages  # noqa: E402
import inside  # noqa: E402
import torch  # noqa: E402
import warmth  # noqa: E402

LARGEST_ORDER = 1 << 16


class Child(NamedTuple):
    """A student's process: its number, and the socket on which the grader hears of its life."""

    pid: int
    life: int


children: dict[int, Child] = {}  # by their handles


def bear(message: bytes, fds: list[int]) -> None:
    """Makes the student's process in a world of its own and tells the grader about it."""
    pid, handle = birth.fork(setup["own_users"])
    if pid == 0:
        try:
            begin(json.loads(message), *fds)
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(1)
    children[handle] = Child(pid, fds.pop())
    say(children[handle], b"born", handle)
    poll.register(handle, select.POLLIN)


def begin(order: dict[str, Any], requests: int, replies: int, errors: int, life: int) -> None:
    """The student's process: lets go of all others, makes its folders, gives up every right, and serves."""
    orders.close()
    for handle, other in children.items():
        os.close(handle)
        os.close(other.life)
    os.setsid()  # a signal to the own group must not reach the warm parent
    os.dup2(errors, 2)
    os.close(errors)
    confine.go_first()
    confine.private_folders(order["writable"], order["scratch_bytes"], order["hidden"], order["kept"])
    os.chdir(order["home"])
    requests, replies = confine.set_aside(requests, replies)
    confine.become(order["uid"])
    confine.drop_capabilities()
    confine.die_with_parent()
    confine.filter_calls(bytes.fromhex(order["filter"]))
    inside.serve(order, requests, replies, shell, life)


def bury(handle: int) -> None:
    """Tells the grader of what a student's process has died."""
    child = children.pop(handle)
    poll.unregister(handle)
    os.close(handle)
    _, status, used = os.wait4(child.pid, 0)
    say(child, json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime]).encode())
    os.close(child.life)


def say(child: Child, message: bytes, *fds: int) -> None:
    """To the grader, who may not want to hear of it any more."""
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(child.life)) as life:
        socket.send_fds(life, [message], fds)


def learn_lessons() -> None:
    """Takes in the cells that students were given, which the grader sends as a file before anything else."""
    message, fds, _, _ = socket.recv_fds(orders, 16, 1)
    if not message:
        sys.exit()
    with os.fdopen(*fds) as file:
        shell.input_transformer_manager.learn(json.load(file))


def serve() -> None:
    """Makes a child for each order, until the grader is gone."""
    poll.register(orders, select.POLLIN)
    orders.send(b"warm")
    while True:
        for fd, _ in poll.poll():
            if fd != orders.fileno():
                bury(fd)
                continue
            message, fds, _, _ = socket.recv_fds(orders, LARGEST_ORDER, 4)
            if not message:
                return
            try:
                bear(message, fds)
            except OSError as error:  # the grader hears that nobody comes
                os.write(2, f"{error}\n".encode())
            finally:
                for fd in fds:
                    os.close(fd)


poll = select.poll()
orders = socket.socket(fileno=os.dup(0))
os.dup2(inside.quiet.fileno(), 0)
torch.set_num_threads(1)
shell = inside.make_shell()
warmth.warm_up(shell, setup["device"])
learn_lessons()
gc.collect()
holes.fill_python()
gc.freeze()  # a collection in a child need not touch, and so copy, what the parent holds
hugepages.collapse()
holes.fill_c()
serve()
