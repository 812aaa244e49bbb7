"""How a process gives up what a student's code must not have: names and folders it shares, rights, means, system calls.

Each step is taken for good and before any of the student's code is read. What bubblewrap built around the warm parent
stays in force; `birth.fork` and `private_folders` add what keeps one student's process from the next one's.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import resource
import signal
import time
from typing import Any

# Half of what a grader usually may open: descriptors under way between processes are counted for all of a user's together,
# each against its own limit, and a grader of the same user must find room.
HIGHEST_FD = 512
SET_ASIDE = 300
# Flags of mount(2) and options of prctl(2); Python has names for some of them from 3.12 on.
NO_SUID, NO_DEV, NO_EXEC, BIND, MOVE, RECURSIVE, PRIVATE = 2, 4, 8, 0x1000, 0x2000, 0x4000, 0x40000
DEATH_SIGNAL, SECCOMP, NO_NEW_RIGHTS, CAPABILITIES_3 = 1, 22, 38, 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


class Program(ctypes.Structure):
    """What prctl(2) takes for a filter of system calls."""

    _fields_ = [("count", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


def _must(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def set_aside(requests: int, replies: int) -> tuple[int, int]:
    """Moves the ends of the conversation to high numbers that no other program inherits; prints and reads go nowhere."""
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, SET_ASIDE) for fd in (requests, replies)]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(nowhere, fd)
    for fd in {nowhere, requests, replies} - {0, 1}:
        os.close(fd)
    return moved[0], moved[1]


def die_with_parent() -> None:
    """Has the kernel kill this process when the one that made it ends."""
    _must(libc.prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0), "prctl")


def go_first() -> None:
    """Has the kernel, when the machine runs out of memory, end this process rather than the grader or a warm parent."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def private_folders(writable: list[str], size: int, hidden: list[str], kept: list[str]) -> None:
    """Fresh folders in memory of `size` bytes each, the processes of the own namespace alone, and no word of `hidden`.

    kept: folders that lie inside writable ones and stay visible: an interpreter may live in /tmp
    """

    def mount(kind: str, where: str, flags: int, options: str = "") -> None:
        _must(libc.mount(kind.encode(), where.encode(), kind.encode(), flags, options.encode()), f"mount {where}")

    mount("none", "/", RECURSIVE | PRIVATE)
    for folder in writable:
        inside = [path for path in kept if path.startswith(f"{folder}/")]
        # A folder that has to show something of what it covers is made elsewhere first, and then moved into place.
        place = next(other for other in writable if other != folder) if inside else folder
        mount("tmpfs", place, NO_SUID | NO_DEV, f"size={size},mode=1777")
        for path in inside:
            os.makedirs(place + path.removeprefix(folder), exist_ok=True)
            _must(
                libc.mount(path.encode(), (place + path.removeprefix(folder)).encode(), None, BIND | RECURSIVE, None),
                path,
            )
        if inside:
            _must(libc.mount(place.encode(), folder.encode(), None, MOVE, None), f"move {folder}")
    mount("proc", "/proc", NO_SUID | NO_DEV | NO_EXEC)
    for path in filter(os.path.exists, hidden):
        mount("/dev/null", path, BIND)


def become(user: int | None) -> None:
    """Becomes that user and keeps no right to turn back. Does nothing for None: already nobody in particular."""
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def drop_capabilities() -> None:
    """Gives up every right of a superuser, also over the own namespaces."""
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_3, 0)
    _must(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


def filter_calls(program: bytes) -> None:
    """Loads a filter of system calls as `syscalls.program` writes it; it holds for all that this process will start."""
    steps = ctypes.create_string_buffer(program, len(program))
    _must(libc.prctl(NO_NEW_RIGHTS, 1, 0, 0, 0), "prctl")
    if program:
        filled = Program(len(program) // 8, ctypes.addressof(steps))
        _must(libc.prctl(SECCOMP, 2, ctypes.byref(filled), 0, 0), "seccomp")


def limit(settings: dict[str, Any]) -> None:
    """Limits this process and all it will start. Called with everything imported: memory and time count from here."""

    def at_most(what: int, value: int, hard: int | None = None) -> None:
        hard, held = value if hard is None else hard, resource.getrlimit(what)[1]
        if held != resource.RLIM_INFINITY:  # the machine's own limit may be lower, and cannot be raised
            value, hard = min(value, held), min(hard, held)
        resource.setrlimit(what, (value, hard))

    at_most(resource.RLIMIT_CORE, 1)  # no file; and unlike 0, none for a program that the machine feeds with crashes
    at_most(resource.RLIMIT_FSIZE, settings["file_bytes"])
    at_most(resource.RLIMIT_NOFILE, HIGHEST_FD)
    # What a user's processes may queue is one account for all of them, the grader's too where it is the same user.
    at_most(resource.RLIMIT_SIGPENDING, 1024)
    at_most(resource.RLIMIT_MSGQUEUE, 0)
    used = int(time.process_time()) + 1
    # The first process of a namespace does not die of the warning signal, only of the one that nothing survives.
    grace = 0 if os.getpid() == 1 else 2
    at_most(resource.RLIMIT_CPU, used + settings["cpu_seconds"], used + settings["cpu_seconds"] + grace)
    memory = _memory()
    at_most(resource.RLIMIT_DATA, memory["VmData"] + settings["memory_bytes"])
    if not settings["device"].startswith("cuda"):  # CUDA reserves far more address space than a machine has memory
        at_most(resource.RLIMIT_AS, memory["VmSize"] + settings["memory_bytes"])
    # Before 5.14 Linux counts all processes of the user outside as well, however many those are.
    release = tuple(int(part) for part in os.uname().release.split(".")[:2])
    if release >= (5, 14) or settings["uid"] is not None:
        at_most(resource.RLIMIT_NPROC, settings["processes"])


def _memory() -> dict[str, int]:
    """Bytes by the kernel's names for them."""
    with open("/proc/self/status") as file:
        return {name: int(value.split()[0]) << 10 for name, value in re.findall(r"(Vm\w+):(.*)", file.read())}
