"""The worker behind the wall: runs a student's cells and calls their objects, and sends back what came of it.

Started by `session.py` as a script, with its settings as one JSON argument. It reads requests from its standard
input and answers on its standard output, each a frame of `helpers.wire`; both move out of the student's way first.
Nothing here is trusted once the first cell has run: the process belongs to the student then, and whoever reads
the answers treats them so.
"""

from __future__ import annotations

import builtins
import fcntl
import getpass
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import time
import traceback
import warnings
from typing import Any

settings: dict[str, Any] = json.loads(sys.argv[1])
sys.path[:1] = settings["path"]

HIGHEST_FD = 1024


def shed_rights() -> None:
    """Becomes the passing user and keeps no right to turn back. Does nothing when already nobody in particular."""
    if settings["uid"] is not None:
        os.setgroups([])
        os.setresgid(*[settings["uid"]] * 3)
        os.setresuid(*[settings["uid"]] * 3)


def limit(device: str) -> None:
    """Limits this process and all it will start. Called with everything imported: memory and time count from here."""

    def at_most(what: int, value: int, hard: int | None = None) -> None:
        resource.setrlimit(what, (value, value if hard is None else hard))

    at_most(resource.RLIMIT_CORE, 0)
    at_most(resource.RLIMIT_FSIZE, settings["file_bytes"])
    at_most(resource.RLIMIT_NOFILE, HIGHEST_FD)
    used = int(time.process_time()) + 1
    at_most(resource.RLIMIT_CPU, used + settings["cpu_seconds"], used + settings["cpu_seconds"] + 2)
    at_most(resource.RLIMIT_DATA, _memory("VmData") + settings["memory_bytes"])
    if not device.startswith("cuda"):  # CUDA reserves far more address space than a machine has memory
        at_most(resource.RLIMIT_AS, _memory("VmSize") + settings["memory_bytes"])
    # Before 5.14 Linux counts all processes of the user outside as well, however many those are.
    release = tuple(int(part) for part in platform.release().split(".")[:2])
    if release >= (5, 14) or settings["uid"] is not None:
        at_most(resource.RLIMIT_NPROC, settings["processes"])


def _memory(field: str) -> int:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(field + ":"))


def take_pipes() -> tuple[int, int]:
    """Moves the two ends of the conversation to high numbers; prints and reads of the student go nowhere."""
    requests = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 700)
    replies = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, 700)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(nowhere, fd)
    os.close(nowhere)
    return requests, replies


requests, replies = take_pipes()
shed_rights()

import torch  # noqa: E402
from IPython.core.error import StdinNotImplementedError  # noqa: E402
from IPython.core.interactiveshell import InteractiveShell  # noqa: E402
from recording import Publisher, Record, Result, Stream, as_text  # noqa: E402
from traitlets.config import Config  # noqa: E402

from helpers import driver, wire  # noqa: E402


class Shell(InteractiveShell):
    """IPython without a terminal, a history file or an event loop of its own."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        record.error(etype, evalue, stb if isinstance(stb, list) else [stb])

    def system(self, command: str) -> None:
        """`!command`: its output is shown as far as the cell's limit goes, and read to the end in any case."""
        command = self.var_expand(command, depth=1)
        with subprocess.Popen(
            command, shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            while part := os.read(process.stdout.fileno(), 1 << 16):
                sys.stdout.write(part.decode(errors="replace"))
        self.user_ns["_exit_code"] = process.returncode

    system_raw = system_piped = system

    def enable_gui(self, gui: str | None = None) -> None:
        pass

    def ask_exit(self) -> None:
        pass


def refuse_input(*_: Any, **__: Any) -> str:
    raise StdinNotImplementedError("input() cannot be used here: while a notebook is graded there is nobody to answer.")


record = Record(settings["output_bytes"])


def make_shell() -> Shell:
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.xmode = "Context"
    shell = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Result)
    shell.display_pub.record = shell.displayhook.record = record
    warnings.filterwarnings("ignore", "To exit: use")  # IPython's advice after sys.exit: there is nothing to quit
    builtins.input = getpass.getpass = refuse_input
    return shell


def quiet_leftovers() -> None:
    """Takes back what a cell may have left switched on that would strike in the next one."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    sys.settrace(None)
    sys.setprofile(None)
    sys.stdin, sys.stdout, sys.stderr = quiet, out, err


def run(shell: Shell, source: str) -> list[dict[str, Any]]:
    record.begin()
    try:
        shell.run_cell(source, store_history=True)
    except BaseException as error:  # what gets past IPython: a hostile error, or ctrl-C at a bad moment
        record.error(type(error), error, traceback.format_exception_only(type(error), None))
    return record.end()


def answer(shell: Shell, request: dict[str, Any], tensors: dict[str, torch.Tensor]) -> bytes:
    reply: dict[str, Any] = {"id": request["id"]}
    arrays: dict[str, torch.Tensor] = {}
    if request["op"] == "run":
        reply["outputs"] = run(shell, request["source"])
    elif request["op"] == "call":
        try:
            case = driver.Case.from_wire(request["case"], tensors)
            reply["outcome"], arrays = driver.run_case(shell.user_ns, case, device=request["device"]).to_wire()
            return wire.pack(reply, arrays)
        except BaseException as error:  # ctrl-C, or an array that cannot be sent
            reply["outcome"] = failure(error)
    return wire.pack(reply)


def failure(error: BaseException) -> dict[str, Any]:
    name, message = type(error).__name__, as_text(error)[:2000]
    trace = f"{name}: {message}"
    return {"error": {"type": name, "types": [name], "message": message, "same_as": message, "traceback": trace}}


def read_exactly(count: int) -> bytes:
    parts = []
    while count:
        part = os.read(requests, min(count, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def write_all(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(replies, view) :]


def serve() -> None:
    torch.set_num_threads(1)
    shell = make_shell()
    limit(settings["device"])
    os.dup2(1, 2)
    worker = os.getpid()
    while True:
        (size,) = wire.LENGTH.unpack(read_exactly(wire.LENGTH.size))
        request, tensors = wire.unpack(read_exactly(size))
        quiet_leftovers()
        data = answer(shell, request, tensors)
        if os.getpid() != worker:  # a copy that a cell forked and let run on: it has nothing to answer
            os._exit(0)
        quiet_leftovers()
        write_all(wire.LENGTH.pack(len(data)) + data)


quiet, out, err = os.fdopen(os.open(os.devnull, os.O_RDONLY)), Stream("stdout", record), Stream("stderr", record)
serve()
