"""Makes a process in a world of its own: as os.fork(), but born into new namespaces, as the first process there.

unshare(2) would need a process in between, which leaves the old namespaces so that its child is born into new ones: a
second copy of all that a warm parent holds.
"""

from __future__ import annotations

import ctypes
import os
import signal

NEW_MOUNTS, NEW_UTS, NEW_IPC, NEW_USER, NEW_PIDS, NEW_NET = (
    0x20000,
    0x4000000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)  # flags of clone3(2), as the next three
HANDLE, CLEAR_NUMBER, SET_NUMBER = 0x1000, 0x200000, 0x1000000
CLONE3, WHERE_NUMBER_IS = 435, 40  # a system call, the same on every machine; a question to prctl(2)

# Python's own lock stays held during these calls: the child begins with what its parent's thread was at.
libc = ctypes.PyDLL(None, use_errno=True)
python = ctypes.pythonapi


class Arguments(ctypes.Structure):
    """What clone3(2) is told, in its first form."""

    _names = ("flags", "handle", "child_number", "parent_number", "exit_signal", "stack", "stack_size", "tls")
    _fields_ = [(name, ctypes.c_uint64) for name in _names]


def fork(own_users: bool) -> tuple[int, int]:
    """The child's number and a handle of it; (0, -1) in the child, which is alone with its numbers, mounts and network.

    own_users: whether it gets a user namespace as well, without which an ordinary user may make none of the others
    Raises OSError. To be called by a process of a single thread. Python's hooks at a fork are run, C's (pthread_atfork)
    are not: they put right what threads had locked.
    """
    user, group = os.getuid(), os.getgid()
    handle, number = ctypes.c_int(-1), ctypes.c_void_p()
    kinds = NEW_MOUNTS | NEW_UTS | NEW_IPC | NEW_PIDS | NEW_NET | (NEW_USER if own_users else 0)
    # The C library keeps a note of a thread's number, and with the parent's would take another thread for this one.
    _must(libc.prctl(WHERE_NUMBER_IS, ctypes.byref(number), 0, 0, 0), "prctl")
    arguments = Arguments(
        kinds | HANDLE | SET_NUMBER | CLEAR_NUMBER, ctypes.addressof(handle), number.value, exit_signal=signal.SIGCHLD
    )
    python.PyOS_BeforeFork()
    child = libc.syscall(CLONE3, ctypes.byref(arguments), ctypes.sizeof(arguments))
    if child == 0:
        python.PyOS_AfterFork_Child()
        if own_users:
            try:
                _stay(user, group)
            except OSError as error:  # which must not reach whoever called: that is the parent's code
                os.write(2, f"{error}\n".encode())
                os._exit(1)
        return 0, -1
    python.PyOS_AfterFork_Parent()
    _must(child, "clone3")
    return child, handle.value


def _must(result: int, what: str) -> None:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def _stay(user: int, group: int) -> None:
    """In a new user namespace one is nobody until it is told who one is outside."""
    for name, text in {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}.items():
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
