"""What the doctor's tries need: a sandboxed session that can be looked at from outside, and things to find around it."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import probes
from autograder.session import Limits, Session, SessionDied

CANARY = "AUTOGRADER_CANARY"


class Open(Exception):
    """A layer does not hold; the message says what was possible."""


def none(found: list[str], words: str) -> None:
    """Raises Open with the words when something was found."""
    if found:
        raise Open(f"{words} {', '.join(found)}")


class Site:
    """A session in which functions of `probes.py` run; started when it is needed, and again where a try has ended it."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.start_seconds: float | None = None
        self._session: Session | None = None
        self._worker: int | None = None

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = self._worker = None

    def run(self, source: str) -> list[dict[str, Any]]:
        """The outputs of a cell. Raises SessionDied."""
        if self._session is None:
            started = time.monotonic()
            session = Session(self.limits)
            session.start()
            self.start_seconds = time.monotonic() - started
            self._session = session
            self.run(inspect.getsource(probes))
        try:
            return self._session.run(source)
        except SessionDied:
            self.close()
            raise

    def ask(self, what: str, *values: Any) -> Any:
        """What a function of `probes.py` returns in a cell."""
        outputs = self.run(f"import json\nprint(json.dumps({what}(*{values!r})))")
        if not outputs or "text" not in outputs[-1]:
            error = outputs[-1] if outputs else {}
            raise RuntimeError(f"the try itself failed: {error.get('ename')}: {error.get('evalue')}")
        return json.loads(outputs[-1]["text"].splitlines()[-1])

    def worker(self) -> Path:
        """The folder in which the kernel tells, outside, about the process that runs the cells."""
        if self._worker is None:
            word = secrets.token_hex(8)
            self.ask("stay", word)
            self._worker = int(fields(Path(f"/proc/{_appeared(word)}/status"))["PPid"])
        return Path(f"/proc/{self._worker}")


def _appeared(word: str) -> int:
    """The process with this word. It may have been started just now, and not have its name yet."""
    for _ in range(100):
        if found := probes.processes(word):
            return found[0]
        time.sleep(0.02)
    raise RuntimeError("the sandbox's processes cannot be seen from outside")


def fields(path: Path) -> dict[str, str]:
    """The lines `name: value` of a file of the kernel's."""
    pairs = (line.partition(":") for line in path.read_text().splitlines())
    return {key: value.strip() for key, _, value in pairs}


def removed(folder: str, name: str) -> bool:
    """Whether there was such a file on this machine. It is removed."""
    try:
        Path(folder, name).unlink()
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class Planted:
    """What a student's process must not find. The word is the files' content, and in the process's command line."""

    word: str
    files: list[str]
    server: socket.socket
    process: subprocess.Popen


@contextlib.contextmanager
def planted() -> Iterator[Planted]:
    """Plants it all on this machine, with a variable CANARY in our own environment, and takes it away again."""
    word = secrets.token_hex(8)
    waiting = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)", word]
    with contextlib.ExitStack() as stack:
        os.environ[CANARY] = word
        stack.callback(os.environ.pop, CANARY, None)
        files = []
        for folder in (tempfile.gettempdir(), Path.home()):
            with contextlib.suppress(OSError):  # there are accounts without a home that can be written
                file = stack.enter_context(tempfile.NamedTemporaryFile(dir=folder, prefix=".autograder-doctor-"))
                file.write(word.encode())
                file.flush()
                os.chmod(file.name, 0o644)  # it is the wall that shall hide it
                files.append(file.name)
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        server.setblocking(False)
        process = stack.enter_context(subprocess.Popen(waiting))
        stack.callback(process.kill)
        yield Planted(word, files, server, process)
