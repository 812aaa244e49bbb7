"""The worker behind the wall: runs a student's cells and calls their objects, and sends back what came of it.

Started by `session.py` as a script, with its settings as one JSON argument. It reads requests from its standard
input and answers on its standard output, each a frame of `helpers.wire`; both move out of the student's way first.
Nothing here is trusted once the first cell has run: the process belongs to the student then, and whoever reads
the answers treats them so.
"""

from __future__ import annotations

import base64
import builtins
import fcntl
import getpass
import io
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import threading
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
from IPython.core.displayhook import DisplayHook  # noqa: E402
from IPython.core.displaypub import DisplayPublisher  # noqa: E402
from IPython.core.error import StdinNotImplementedError  # noqa: E402
from IPython.core.interactiveshell import InteractiveShell  # noqa: E402
from traitlets.config import Config  # noqa: E402

from helpers import driver, wire  # noqa: E402


class Record:
    """The outputs of the cell that runs now, up to a limit of characters; what comes after it takes no memory."""

    def __init__(self, limit: int):
        self.limit = limit
        self.lock = threading.RLock()
        self.open = False
        self.begin()
        self.open = False

    def begin(self) -> None:
        with self.lock:
            self.outputs: list[dict[str, Any]] = []
            self.text: io.StringIO | None = None
            self.left, self.open = self.limit, True

    def end(self) -> list[dict[str, Any]]:
        with self.lock:
            self.open = False
            self._finish_text()
            if self.left < 0:
                note = f"\n[Output beyond {self.limit:,} characters was dropped.]\n"
                self.outputs.append({"output_type": "stream", "name": "stdout", "text": note})
            return self.outputs

    def _finish_text(self) -> None:
        if self.text is not None:
            self.outputs[-1]["text"] = self.text.getvalue()
            self.text = None

    def write(self, name: str, text: str) -> None:
        with self.lock:
            if not self.open or self.left < 0 or not text:
                return
            if self.text is None or self.outputs[-1]["name"] != name:
                self._finish_text()
                self.outputs.append({"output_type": "stream", "name": name})
                self.text = io.StringIO()
                self.left -= 64
            self.text.write(text[: max(self.left, 0)])
            self.left -= len(text)

    def add(self, output: dict[str, Any], size: int) -> None:
        with self.lock:
            if not self.open or self.left < 0:
                return
            self.left -= size + 64
            if self.left >= 0:
                self._finish_text()
                self.outputs.append(output)

    def bundle(self, kind: str, data: dict[str, Any], **more: Any) -> None:
        """A display or a result: a rich object in several formats."""
        data = {mime: base64.b64encode(v).decode() if isinstance(v, bytes) else v for mime, v in dict(data).items()}
        data = {str(mime): v for mime, v in data.items() if isinstance(v, str)}
        self.add({"output_type": kind, "data": data, "metadata": {}, **more}, sum(map(len, data.values())))

    def error(self, kind: Any, value: Any, lines: list[str]) -> None:
        name, text = _text(getattr(kind, "__name__", kind))[:200], _text(value)[:2000]
        trace = "\n".join(map(_text, lines))[-20_000:].split("\n")
        self.add({"output_type": "error", "ename": name, "evalue": text, "traceback": trace}, sum(map(len, trace)))

    def clear(self) -> None:
        with self.lock:
            self.outputs, self.text = [], None


def _text(value: Any) -> str:
    """str() of something that may raise or lie when asked."""
    try:
        return str.__str__(str(value))
    except BaseException:
        return "(its text could not be made)"


class Stream(io.TextIOBase):
    """What a student's print writes to."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, name: str, record: Record):
        self._name, self._record = name, record

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._record.write(self._name, text)
        return len(text)


class Publisher(DisplayPublisher):
    """`display(...)` into the record."""

    def publish(self, data: dict, metadata: dict | None = None, *_: Any, **__: Any) -> None:
        record.bundle("display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        record.clear()


class Result(DisplayHook):
    """A cell's last value into the record."""

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        record.bundle("execute_result", format_dict, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        pass


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
            reply["outcome"], arrays = driver.run_case(shell.user_ns, case, device=settings["device"]).to_wire()
            return wire.pack(reply, arrays)
        except BaseException as error:  # ctrl-C, or an array that cannot be sent
            reply["outcome"] = failure(error)
    return wire.pack(reply)


def failure(error: BaseException) -> dict[str, Any]:
    name, message = type(error).__name__, _text(error)[:2000]
    trace = f"{name}: {message}"
    return {"error": {"type": name, "types": [name], "message": message, "line": "", "traceback": trace}}


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
