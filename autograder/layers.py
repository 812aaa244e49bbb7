"""Does each layer of the sandbox hold on this machine? A cell attempts the very thing, in a session as a student's is.

What can be seen from outside is looked at there, whatever the cell says: did the connection arrive, does the file exist,
how many processes are there, what does the kernel tell of their rights. A try returns what was seen in a few words and
raises `Open` where the layer does not hold.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import helpers
from autograder import lessons, probes
from autograder.processes import children
from autograder.sandbox import WRITABLE
from autograder.session import Limits, SessionDied
from autograder.testbed import CANARY, Open, Planted, Site, fields, none, removed

MIB = 1 << 20
LIMITS = Limits(
    cell_seconds=20, memory_bytes=1024 * MIB, processes=16, file_bytes=4 * MIB, scratch_bytes=8 * MIB, output_bytes=20_000
)  # fmt: skip
SPARE = 4.5  # seconds of processor time beyond the limit: even the kernel's last word is spoken by then


def network(site: Site, there: Planted) -> str:
    reached = site.ask("connect", there.server.getsockname()[1])
    with contextlib.suppress(BlockingIOError):
        there.server.accept()[0].close()
        raise Open("a server on this machine was reached")
    none(reached, "reached:")
    routes = [line.split()[0] for line in (site.worker() / "net/route").read_text().splitlines()[1:]]
    with contextlib.suppress(FileNotFoundError):  # a machine may do without IPv6
        routes += [line.split()[-1] for line in (site.worker() / "net/ipv6_route").read_text().splitlines()]
    none(sorted(set(routes) - {"lo"}), "it has ways out by")
    return "no connection, no names, no way out"


def files(site: Site, there: Planted) -> str:
    paths = [*there.files, lessons.__file__, *(str(lessons.SOLUTIONS / f"{lab}.py") for lab in lessons.labs())]
    seen = [path for path in paths if os.path.exists(f"{site.worker()}/root{path}")]
    none(sorted({*site.ask("read", paths), *seen}), "readable:")
    return f"no temporary files of others, no home, none of {len(lessons.labs())} labs' solutions"


def environment(site: Site, there: Planted) -> str:
    if there.word in site.ask("variable", CANARY):
        raise Open("a variable of the grader was found")
    return "no variable of the grader"


def others(site: Site, there: Planted) -> str:
    done = site.ask("reach", there.word, there.process.pid)
    done += ["ended"] if there.process.poll() is not None else []
    none(sorted(set(done)), "a process of the grader was")
    return "not seen, not ended"


def rights(site: Site, there: Planted) -> str:
    known = fields(site.worker() / "status")
    held = [name for name in ("CapEff", "CapPrm", "CapAmb") if int(known[name], 16)]
    held += ["root"] * ("0" in known["Uid"].split()) + ["new rights by set-uid programs"] * (known["NoNewPrivs"] != "1")
    none([*held, *site.ask("rise")], "it has")
    return f"user {known['Uid'].split()[0]}, no capabilities, no way to get any"


def calls(site: Site, there: Planted) -> str:
    none(site.ask("calls"), "allowed:")
    if fields(site.worker() / "status")["Seccomp"] != "2":
        raise Open("nothing filters them")
    return "ptrace, unshare, mount and memfd_create refused"


def writing(site: Site, there: Planted) -> str:
    mounts = [line.split() for line in (site.worker() / "mountinfo").read_text().splitlines()]
    none([point for _, _, _, root, point, options, *_ in mounts if _may_write(root, point, options)], "possible in")
    ours = [*helpers.__path__, str(Path.home()), sys.prefix, str(lessons.ROOT)]
    made = site.ask("create", ["/", "/usr", "/etc", "/dev", "/grader", "/grader/helpers", *ours], there.word)
    made += [folder for folder in ours if removed(folder, there.word)]
    none(sorted(set(made)), "possible in")
    return f"only in {', '.join(WRITABLE)}"


def _may_write(root: str, point: str, options: str) -> bool:
    """Whether a mount lets more be written than a student needs. Single devices are no place for files."""
    node = root != "/" and (point.startswith("/dev/") or root.endswith("/null"))
    return "rw" in options.split(",") and point not in (*WRITABLE, "/proc", "/dev/pts") and not node


def scratch(site: Site, there: Planted) -> str:
    size = site.limits.scratch_bytes
    for folder in (*WRITABLE, "."):
        if (taken := site.ask("fill", folder, 2 * size)) > size:
            raise Open(f"{taken // MIB} MiB went into {folder}, where {size // MIB} are allowed")
    return f"full after {size // MIB} MiB"


def file_size(site: Site, there: Planted) -> str:
    size = site.limits.file_bytes
    path, grown = site.ask("grow", size + 2 * MIB)
    with contextlib.suppress(FileNotFoundError, PermissionError):
        grown = max(grown, os.stat(f"{site.worker()}/root{path}").st_size)
    if grown > size:
        raise Open(f"{grown / MIB:g} MiB in one file, where {size // MIB} are allowed")
    return f"a file ends at {size // MIB} MiB"


def output(site: Site, there: Planted) -> str:
    size = site.limits.output_bytes
    came = sum(len(str(one)) for one in site.run(f"for _ in range(100): print('x' * {size // 10})"))
    if came > size + 1000:
        raise Open(f"{came:,} bytes came back, where {size:,} are allowed")
    return f"cut at {size:,} bytes"


def questions(site: Site, there: Planted) -> str:
    none(site.ask("ask"), "answered:")
    return "input(), standard input and the terminal refused"


def next_student(site: Site, there: Planted) -> str:
    word = secrets.token_hex(8)
    left = site.ask("leave", WRITABLE, word)
    with Site(site.limits) as neighbour:
        none(neighbour.ask("find", WRITABLE, word), "beside it another finds")
    site.close()
    outside = [f"a file in {folder}" for folder in WRITABLE if removed(folder, word)]
    outside += ["a process"] * bool(probes.processes(word))
    none(outside, "on this machine it left")
    none(site.ask("find", WRITABLE, word), "the next finds")
    return f"{len(left)} files and a process were gone, and unseen from beside"


def process_limit(site: Site, there: Planted) -> str:
    most, worker = site.limits.processes, int(site.worker().name)
    try:
        pids = site.ask("crowd", 2 * most + 8)
    except SessionDied:
        return f"ended where there were more than {most}"
    running = max(len(pids), len(children(worker)))
    site.ask("disperse", pids)
    if running > most:
        raise Open(f"{running} at a time, where {most} are allowed")
    return f"no more than {most}"


def memory(site: Site, there: Planted) -> str:
    size = site.limits.memory_bytes
    if site.ask("allocate", 2 * size):
        raise Open(f"one process got {2 * size // MIB} MiB, where {size // MIB} are allowed")
    try:
        site.ask("hoard", 2, size * 6 // 10)
    except SessionDied:
        return f"no more than {size // MIB} MiB for one process, nor for two together"
    raise Open(f"two processes together held {size * 12 // 10 // MIB} MiB, where {size // MIB} are allowed")


def cell_time(site: Site, there: Planted) -> str:
    with Site(replace(site.limits, cell_seconds=1.0)) as own, contextlib.suppress(SessionDied):
        own.run("time.sleep(2)")
        raise Open("a cell ran for 2 s, where 1 is allowed")
    return "a cell was ended after 1 s"


def processor_time(site: Site, there: Planted) -> str:
    patient = replace(site.limits, cpu_seconds=1, cell_seconds=120.0)  # so that it is not the clock that ends it
    with Site(patient) as own, contextlib.suppress(SessionDied):
        own.ask("burn", 1 + SPARE)
        raise Open(f"{1 + SPARE:g} s were used, where 1 is allowed")
    return "a busy cell was ended, 1 s allowed"


# Those that share a session first; from `next student` on each may end it.
LAYERS: dict[str, Callable[[Site, Planted], str]] = {
    "network": network,
    "files": files,
    "environment": environment,
    "other processes": others,
    "rights": rights,
    "system calls": calls,
    "writing": writing,
    "scratch size": scratch,
    "file size": file_size,
    "output": output,
    "questions": questions,
    "next student": next_student,
    "process limit": process_limit,
    "memory limit": memory,
    "cell time": cell_time,
    "processor time": processor_time,
}
