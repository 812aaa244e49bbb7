"""What the doctor attempts behind the wall: this file runs in a sandboxed session as a cell, before the cells that call it.

Each function tries one thing for real and returns what came of it as plain data. What can be seen from outside as well,
`layers.py` looks at there.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MIB = 1 << 20
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


def works(action: Callable[..., Any], *values: Any) -> bool:
    try:
        action(*values)
    except OSError:
        return False
    return True


def fork(action: Callable[[], Any]) -> int:
    """A process that does this and ends with what it returns as its status."""
    pid = os.fork()
    if pid == 0:
        status = 255
        with contextlib.suppress(BaseException):
            status = int(action())
        os._exit(status)
    return pid


def status(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def processes(word: str) -> list[int]:
    """The processes with this word in their command line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if word.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


def stay(word: str) -> None:
    """A process that can be told by its word, and that goes on when the cell and the session are over."""
    subprocess.Popen([sys.executable, "-I", "-S", "-c", STUBBORN, word], start_new_session=True)


def connect(port: int) -> list[str]:
    """What a socket reaches. Connecting a datagram socket sends nothing: it only asks whether there is a way."""
    tries = {
        "a server on this machine": lambda: socket.create_connection(("127.0.0.1", port), 2).close(),
        "a way out": lambda: socket.socket(type=socket.SOCK_DGRAM).connect(("192.0.2.1", 9)),  # nobody's address
        "names": lambda: socket.getaddrinfo("example.org", 443),
    }
    return [name for name, action in tries.items() if works(action)]


def read(paths: list[str]) -> list[str]:
    """Those of the files that can be opened and have something in them."""
    readable = []
    for path in paths:
        with contextlib.suppress(OSError):
            readable += [path] if Path(path).read_bytes() else []
    return readable


def variable(name: str) -> list[str]:
    """Values of a variable in the environments of all processes that can be looked at."""
    found = {os.environ[name]} if name in os.environ else set()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            pairs = [line.partition(b"=") for line in path.read_bytes().split(b"\0")]
            found |= {value.decode(errors="replace") for key, _, value in pairs if key == name.encode()}
    return sorted(found)


def reach(word: str, pid: int) -> list[str]:
    """What can be done to the process with this word, whose number is `pid` outside; a namesake of ours is spared."""
    seen = processes(word)
    stranger = pid in seen or not os.path.exists(f"/proc/{pid}")
    return ["seen"] * bool(seen) + ["ended"] * (stranger and works(os.kill, pid, signal.SIGTERM))


def rise() -> list[str]:
    """Which calls for a superuser's rights succeed; each in a process of its own."""
    tries = {
        "setuid": lambda: works(os.setuid, 0),
        "setgroups": lambda: works(os.setgroups, [0]),
        "chown": lambda: works(os.chown, tempfile.mkdtemp(), 0, 0),
    }
    return [name for name, action in tries.items() if status(fork(action)) == 1]


def calls() -> list[str]:
    """Which calls succeed that lead around the limits; each in a process of its own."""
    libc, folder = ctypes.CDLL(None), tempfile.mkdtemp().encode()
    own_world = 0x10020000  # a user namespace and mounts of its own: the mount must not change anybody else's

    def mount() -> bool:
        libc.unshare(own_world)
        done = libc.mount(b"none", folder, b"tmpfs", 0, None)
        libc.umount2(folder, 0)
        return done == 0

    tries = {
        "ptrace": lambda: libc.ptrace(0, 0, 0, 0) == 0,
        "unshare": lambda: libc.unshare(own_world) == 0,
        "mount": mount,
        "memfd_create": lambda: libc.memfd_create(b"any", 0) >= 0,
    }
    return [name for name, action in tries.items() if status(fork(action)) == 1]


def create(folders: list[str], name: str) -> list[str]:
    """Those of the folders in which a file can be made, which stays there."""
    return [folder for folder in folders if works(Path(folder, name).touch)]


def fill(folder: str, size: int) -> int:
    """How many bytes, up to `size`, go into a folder in files of 1 MiB. They are removed again."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        names = (Path(place, str(number)) for number in range(size // MIB))
        return MIB * sum(works(name.write_bytes, bytes(MIB)) for name in names)


def grow(size: int) -> tuple[str, int]:
    """A file into which as much as possible, up to `size` bytes, was written, and how much; it stays there."""
    path = os.path.abspath("large")
    with open(path, "wb", 0) as file:
        while file.tell() < size and works(file.write, bytes(MIB)):
            pass
        return path, file.tell()


def allocate(size: int) -> bool:
    """Whether one process is given memory of this size; it is not touched."""
    return works(mmap.mmap, -1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)


def hoard(count: int, size: int) -> int:
    """How many of `count` processes held `size` bytes each, together for a second."""

    def hold() -> bool:
        held = bytearray(b"x") * size
        time.sleep(1)
        return len(held) == size

    return [status(pid) for pid in [fork(hold) for _ in range(count)]].count(1)


def crowd(count: int) -> list[int]:
    """Up to `count` processes that wait, as many as can be started."""
    pids: list[int] = []
    while len(pids) < count and works(lambda: pids.append(subprocess.Popen(["sleep", "60"]).pid)):
        pass
    time.sleep(0.5 if len(pids) == count else 0)  # whoever counts them from time to time gets the chance to
    return pids


def disperse(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        status(pid)


def burn(seconds: float) -> None:
    """Uses so much processor time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def ask() -> list[str]:
    """The ways in which somebody at the grader's keyboard could be asked."""
    ways = []
    with contextlib.suppress(Exception):
        input("Your password: ")
        ways.append("input()")
    ways += ["standard input"] if sys.stdin.readline() or os.read(0, 1) else []
    return ways + ["the terminal"] * works(os.open, "/dev/tty", os.O_RDWR)


def leave(folders: list[str], word: str) -> list[str]:
    """Leaves a process, and a file in each folder."""
    stay(word)
    return create(folders, word)


def find(folders: list[str], word: str) -> list[str]:
    """What there is of what `leave` left."""
    files = [f"a file in {folder}" for folder in folders if os.path.exists(f"{folder}/{word}")]
    return files + ["a process"] * bool(processes(word))
