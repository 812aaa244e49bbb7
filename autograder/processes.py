"""What `/proc` tells about a family of processes: who belongs to it, and how much memory it holds.

They may be hostile: a process whose first thread has ended tells nothing of itself while its others go on, so that a
family is given by the numbers of threads that run.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
from pathlib import Path

OPEN_FILES = 4096
LARGEST_AREAS = 131_072
FEW = 8  # processes, whose areas cannot hurt: the kernel allows 65,530 to each


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
    return [_living(member) for member in found]


def threads_of(user: int) -> int:
    """How many threads all processes of a user have together; 0 where the system does not tell."""
    count = 0
    with contextlib.suppress(OSError):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                if os.stat(f"/proc/{pid}").st_uid == user:
                    count += len(os.listdir(f"/proc/{pid}/task"))
    return count


def _living(pid: int) -> int:
    """The number of a thread of that process that has memory; the process's own where it has or none does."""
    if not _held(pid):
        with contextlib.suppress(OSError):
            return next((task for task in map(int, os.listdir(f"/proc/{pid}/task")) if _held(task)), pid)
    return pid


def calm(pids: list[int]) -> None:
    """Has all threads but the first process's first wait behind others' work: many would take all of the processor."""
    for pid in pids:
        with contextlib.suppress(OSError):
            for task in map(int, os.listdir(f"/proc/{pid}/task")):
                if task != pids[0]:
                    os.setpriority(os.PRIO_PROCESS, task, 19)


def burden(pids: list[int]) -> str | None:
    """What of the kernel's own memory they take too much of, in a sentence, or None.

    With n descriptors a process can have the kernel watch n² / 4 things, and each user may have only so many watched. Of
    areas of memory that processes inherit from each other it keeps a note for each pair, which may be slow to count.
    """
    if _descriptors(pids) > OPEN_FILES:
        return f"Its processes held more than {OPEN_FILES:,} files open."
    if len(pids) > FEW and _areas(pids, LARGEST_AREAS) > LARGEST_AREAS:
        return f"Its processes had more than {LARGEST_AREAS:,} areas of memory."
    return None


def _areas(pids: list[int], enough: int) -> int:
    """How many areas of memory they have together, counted up to a little more than `enough`."""
    count = 0
    for pid in pids:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", "rb") as file:
            for _ in file:
                count += 1
                if count > enough:
                    return count
    return count


def _descriptors(pids: list[int]) -> int:
    """How many descriptors they have open together; 0 before Linux 6.2, which does not tell so quickly."""
    count = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            count += os.stat(f"/proc/{pid}/fd").st_size
    return count


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


def readable(fd: int, seconds: float = 0.0) -> bool:
    """Whether there is something to read, or an end, within that time; also for descriptors beyond what select(2) takes."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def end(handle: int, seconds: float) -> None:
    """Kills the process behind a handle, waits until it is gone (`seconds` at most) and closes the handle."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    readable(handle, seconds)
    os.close(handle)


def memory(pids: list[int], enough: int) -> int:
    """Bytes of memory held by all of them. Shared pages are told apart only when the plain sum reaches `enough`."""
    plain = sum(_held(pid) for pid in pids)
    return plain if plain <= enough else sum(_share(pid) for pid in pids)


def _held(pid: int) -> int:
    """Bytes in memory and swapped out, and those of the tables that say where they are."""
    return _sum(f"/proc/{pid}/status", "VmRSS:", "VmSwap:", "VmPTE:", "HugetlbPages:")


def _share(pid: int) -> int:
    shares = _sum(f"/proc/{pid}/smaps_rollup", "Pss:", "SwapPss:")
    return shares + _sum(f"/proc/{pid}/status", "VmPTE:", "HugetlbPages:") if shares else _held(pid)


def _sum(path: str, *fields: str) -> int:
    """The sum of these fields of a file in which each has a line and is in kB; 0 where the process is gone."""
    try:
        with open(path) as file:
            return sum(int(line.split()[1]) * 1024 for line in file if line.startswith(fields))
    except OSError:
        return 0


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
