"""A student's process: runs their cells and calls their objects, and sends back what came of it.

Requests and answers are frames of `helpers.wire`. Nothing here is trusted once the first cell has run: the process
belongs to the student then, and whoever reads the answers treats them so. `zygote.py` and `fresh.py` are the two ways
into `serve`.
"""

from __future__ import annotations

import _signal  # `signal` turns each mask into enumerations, which takes as long as a small cell
import builtins
import contextlib
import getpass
import os
import random
import signal
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import confine
import numpy
import torch
from compiling import Compiler, Transformer
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from recording import Publisher, Record, Result, Stream, as_text
from traitlets.config import Config

from helpers import driver, wire


class Shell(InteractiveShell):
    """IPython without a terminal, a history file or an event loop of its own."""

    compiler_class = Compiler

    def should_run_async(self, raw_cell: str, *, transformed_cell: str | None = None, **more: Any) -> bool:
        """IPython compiles the cell to see whether it awaits anything; one without these words does not."""
        cell = transformed_cell or raw_cell
        return ("await" in cell or "async" in cell) and super().should_run_async(
            raw_cell, transformed_cell=transformed_cell, **more
        )

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

    def _tee(self, channel: str) -> contextlib.AbstractContextManager:
        """IPython keeps a second copy of all that a cell prints, without a limit; nobody here would read it."""
        return contextlib.nullcontext()

    def enable_gui(self, gui: str | None = None) -> None:
        pass

    def ask_exit(self) -> None:
        pass


def refuse_input(*_: Any, **__: Any) -> str:
    raise StdinNotImplementedError("input() cannot be used here: while a notebook is graded there is nobody to answer.")


SIGNALS = signal.valid_signals()
record = Record()


def make_shell() -> Shell:
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.xmode = "Context"
    shell = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Result)
    shell.compile.shell = shell
    shell.input_transformer_manager = Transformer(shell.compile)
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


def exposed(action: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """Runs student's code and returns its result or error. Only here do signals come through: a handler that a cell left
    behind may raise at any line, and must not end the conversation."""
    result = error = None
    try:
        try:
            _signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            result = action()
        except BaseException as caught:
            error = caught
        hold_signals()
    except BaseException as caught:  # a signal between two of these lines
        error = error or caught
        hold_signals()
    return result, error


def hold_signals() -> None:
    while True:
        try:
            _signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            return
        except BaseException:
            continue  # the handler of a signal that had come already: it is done now


def run(shell: Shell, source: str) -> list[dict[str, Any]]:
    record.begin()
    _, error = exposed(lambda: shell.run_cell(source, store_history=True))
    if error is not None:  # what gets past IPython: a hostile error, or ctrl-C at a bad moment
        record.error(type(error), error, traceback.format_exception_only(type(error), None))
    return record.end()


def answer(shell: Shell, request: dict[str, Any], tensors: dict[str, torch.Tensor]) -> bytes:
    reply: dict[str, Any] = {"id": request["id"]}
    if request["op"] == "run":
        reply["outputs"] = run(shell, request["source"])
    elif request["op"] == "call":
        data, error = exposed(lambda: call(shell, request, tensors, reply))
        if error is None:
            return data
        reply["outcome"] = failure(error)  # ctrl-C, or an array that cannot be sent
    return wire.pack(reply)


def call(shell: Shell, request: dict[str, Any], tensors: dict[str, torch.Tensor], reply: dict[str, Any]) -> bytes:
    case = driver.Case.from_wire(request["case"], tensors)
    outcome, arrays = driver.run_case(shell.user_ns, case, device=request["device"]).to_wire()
    return wire.pack(reply | {"outcome": outcome}, arrays)


def failure(error: BaseException) -> dict[str, Any]:
    name, message = type(error).__name__, as_text(error)[:2000]
    trace = f"{name}: {message}"
    return {"error": {"type": name, "types": [name], "message": message, "same_as": message, "traceback": trace}}


def read_exactly(requests: int, count: int) -> bytes:
    parts = []
    while count:
        part = os.read(requests, min(count, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def write_all(replies: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(replies, view) :]


def serve(
    settings: dict[str, Any], requests: int, replies: int, shell: Shell | None = None, told: int | None = None
) -> None:
    """Answers requests until there are no more, with a shell of its own or the one the warm parent made.

    told: a descriptor on which it says once that everything is ready
    """
    torch.set_num_threads(1)
    shell = shell or make_shell()
    os.makedirs(shell.profile_dir.location, exist_ok=True)  # a shell made by the warm parent has left its own behind
    record.limit = settings["output_bytes"]
    random.seed()  # else all children of one parent would draw the same
    numpy.random.seed(random.getrandbits(32))  # without a number it takes much longer
    torch.default_generator.seed()  # torch.seed() would prepare CUDA as well, which seeds itself
    confine.limit(settings)
    os.dup2(1, 2)
    hold_signals()
    if told is not None:
        os.write(told, b"ready")
        os.close(told)
    worker = os.getpid()
    while True:
        (size,) = wire.LENGTH.unpack(read_exactly(requests, wire.LENGTH.size))
        request, tensors = wire.unpack(read_exactly(requests, size))
        quiet_leftovers()
        data = answer(shell, request, tensors)
        if os.getpid() != worker:  # a copy that a cell forked and let run on: it has nothing to answer
            os._exit(0)
        quiet_leftovers()
        write_all(replies, wire.LENGTH.pack(len(data)) + data)


quiet, out, err = os.fdopen(os.open(os.devnull, os.O_RDONLY)), Stream("stdout", record), Stream("stderr", record)
