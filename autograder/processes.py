"""What `/proc` tells about a family of processes: who belongs to it, and how much memory it holds."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[int]:
    """The direct children of a process; none when it is gone or the system does not tell."""
    found: list[int] = []
    with contextlib.suppress(OSError, ValueError):
        for task in os.listdir(f"/proc/{pid}/task"):
            found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    return found


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for member in found:  # grows while it is walked
        found += children(member)
    return found


def handle(pids: list[int]) -> int | None:
    """A handle of the one process in `pids`, which no later process of the same number can be taken for."""
    try:
        (pid,) = pids
        return os.pidfd_open(pid)
    except (OSError, ValueError):
        return None


def number(handle: int) -> int:
    """The number of the process behind a handle, as this process counts them; -1 when it is gone."""
    lines = Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def end(handle: int, seconds: float) -> None:
    """Kills the process behind a handle, waits until it is gone (`seconds` at most) and closes the handle."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    select.select([handle], [], [], seconds)
    os.close(handle)


def memory(pids: list[int], enough: int) -> int:
    """Bytes of memory held by all of them. Shared pages are told apart only when the plain sum reaches `enough`."""
    plain = sum(_resident(pid) for pid in pids)
    return plain if plain <= enough else sum(_share(pid) for pid in pids)


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0


def _share(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return _resident(pid)


def sockets(pid: int) -> int:
    """How many sockets there are in a process's network namespace; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/net/sockstat").read_text().split()[2])  # "sockets: used 12"
    except (OSError, ValueError, IndexError):
        return 0


def files(pid: int, folders: tuple[str, ...]) -> int:
    """How many files there are on the file systems of these folders, as a process sees them; 0 where nobody may look."""
    count = 0
    for folder in folders:
        with contextlib.suppress(OSError):
            seen = os.statvfs(f"/proc/{pid}/root{folder}")
            count += seen.f_files - seen.f_ffree
    return count


def kill_marked(mark: str) -> None:
    """Kills every process that carries `mark` (NAME=value) in its environment, until none is left."""
    for _ in range(20):
        marked = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _carries(pid, mark.encode())]
        if not marked:
            return
        for pid in marked:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _carries(pid: int, mark: bytes) -> bool:
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
