"""A conversation with one student's process: run this cell, call that object; each with a deadline.

Everything that comes back is data from a hostile process. It is read with a limit, checked field by field, and
whatever is not as `inside.py` writes it ends the session.
"""

from __future__ import annotations

import os
import secrets
import select
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from torch import Tensor

from autograder import processes, replies, sandbox, zygote
from autograder.child import Child, Ended, Fresh
from helpers import wire
from helpers.driver import Case, Outcome

START_SECONDS = 60.0
TICK = 0.1  # seconds between two looks at the process's memory
Message = tuple[dict[str, Any], dict[str, Tensor]]  # a header and tensors by name
ENDED = "The process ended (os._exit, a crash or out of memory)."


@dataclass(frozen=True)
class Limits:
    """What a student's process may use. Seconds are wall-clock but for cpu_seconds; output_bytes is for each cell."""

    cell_seconds: float = 60.0
    call_seconds: float = 30.0
    memory_bytes: int = 6 << 30
    cpu_seconds: int = 600
    processes: int = 128
    file_bytes: int = 64 << 20
    scratch_bytes: int = 256 << 20
    output_bytes: int = 1 << 20
    reply_bytes: int = 64 << 20
    sockets: int = 256
    files: int = 20_000


class SessionDied(Exception):
    """The session is over. reason: "timeout", "killed" or "protocol"; detail: one plain line for the student.

    from_elsewhere: it was killed, and not by this session: perhaps by nothing that the student did
    """

    def __init__(self, reason: str, detail: str, from_elsewhere: bool = False):
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.from_elsewhere = from_elsewhere


class Session:
    """One sandboxed process, in which cells run one after another as in a notebook.

    device:  where the driver puts a case's tensors ("cpu", "cuda")
    given:   whether `helpers.given`, earlier labs' answers, may be read inside
    sandbox: "auto" for the sandbox, "none" for a plain process with limits, where the machine allows no better
    start() raises SandboxUnavailable. run() and call() raise SessionDied; after that only close() is left.
    """

    def __init__(self, limits: Limits | None = None, device: str = "cpu", sandbox: str = "auto", given: bool = False):
        self.limits = limits or Limits()
        self.device, self.sandbox, self.given = device, sandbox, given
        self._child: Child | None = None
        self._death: SessionDied | None = None
        self._received = bytearray()  # of its replies, and not yet looked at

    def __enter__(self) -> Session:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts the process and waits until it can take a cell. Starting a started session does nothing."""
        if self._child is None:
            try:
                self._start()
            except SessionDied as death:
                if not death.from_elsewhere:
                    raise self._not_started(death) from None
                self._death = None
                try:
                    self._start()
                except SessionDied as again:
                    raise self._not_started(again) from None

    def _start(self) -> None:
        limits = self.limits
        self._received.clear()
        settings = {name: getattr(limits, name) for name in ("memory_bytes", "cpu_seconds", "processes", "file_bytes")}
        settings |= {"device": self.device, "output_bytes": limits.output_bytes}
        if self.sandbox == "auto" and sandbox.cold(self.device) is None:
            order = partial(sandbox.order, settings, self.device, limits.scratch_bytes, self.given)
            self._child = zygote.fork(self.device, order)
        else:
            launch = sandbox.launch(settings, self.device, self.sandbox, limits.scratch_bytes, self.given)
            self._child = Fresh(launch)
        try:
            if not self._child.ready:
                next(self._ask([({"op": "hello"}, {})], START_SECONDS, 1 << 16, "start"))
            self._child.started()
        except BaseException:
            self.close()
            raise

    def _not_started(self, death: SessionDied) -> sandbox.SandboxUnavailable:
        said = self._said() or death.detail
        return sandbox.SandboxUnavailable(
            f"The student's process did not start: {said} To do without a sandbox: `--sandbox none`."
        )

    def run(self, source: str) -> list[dict[str, Any]]:
        """Runs one cell and returns its outputs as nbformat v4 has them, cut at `output_bytes`."""
        return next(self.run_all([source]))

    def run_all(self, sources: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
        """Has cells run one after another, from now on, and yields the outputs of each when it is through."""
        limit = 8 * self.limits.output_bytes + (1 << 16)  # JSON may write one character as six
        requests = [({"op": "run", "source": source}, {}) for source in sources]
        return (self._outputs(reply) for reply, _ in self._ask(requests, self.limits.cell_seconds, limit, "cell"))

    def _outputs(self, reply: dict[str, Any]) -> list[dict[str, Any]]:
        outputs = reply.get("outputs")
        if not isinstance(outputs, list):
            raise self._die("protocol", "The process answered something else than a cell's outputs.")
        return [clean for clean in map(replies.clean, outputs) if clean]

    def call(self, case: Case) -> Outcome:
        """Calls the student's object as `case` says and returns what came back, not judged."""
        return next(self.call_all([case]))

    def call_all(self, cases: Sequence[Case]) -> Iterator[Outcome]:
        """Has calls made one after another, from now on, and yields what each gave."""
        requests, limit = map(self._request, cases), self.limits.reply_bytes
        return (self._outcome(*reply) for reply in self._ask(requests, self.limits.call_seconds, limit, "call"))

    def _outcome(self, reply: dict[str, Any], arrays: dict[str, Tensor]) -> Outcome:
        try:
            return Outcome.from_wire(reply["outcome"], arrays)
        except Exception:
            raise self._die("protocol", "The process answered something else than a call's outcome.") from None

    def _request(self, case: Case) -> Message:
        """What only concerns judging stays here: a name such as "a negative temperature" or the word that a case is a guard
        would tell a function that looks up its callers what to do.
        """
        spec, tensors = replace(case, name="case", guard=False, reading=None, atol=0.0).to_wire()
        return {"op": "call", "case": spec, "device": "cpu" if case.guard else self.device}, tensors

    def close(self, wait: bool = True) -> None:
        """Ends every process of the session and removes what it left. Closing twice is fine.

        wait: whether to stay until they are gone; they are as good as dead in any case
        """
        child, self._child = self._child, None
        if child is not None:
            self._death = self._death or SessionDied("killed", "The session is closed.")
            child.end(wait)

    def _die(self, reason: str, detail: str, from_elsewhere: bool = False) -> SessionDied:
        self._death = SessionDied(reason, detail, from_elsewhere)
        self.close()
        return self._death

    def _ended(self) -> SessionDied:
        """The process is gone: why, as far as its end tells."""
        end = self._child.ended(1.0) or Ended()
        if end.signal == signal.SIGXCPU or end.cpu_seconds >= self.limits.cpu_seconds:
            return self._die("timeout", f"The notebook used more than {self.limits.cpu_seconds:g} s of processor time.")
        return self._die("killed", ENDED, end.lost or end.signal == signal.SIGKILL)

    def _said(self) -> str:
        """The last line that a process which failed to start wrote."""
        lines = [line for line in self._stderr.decode(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip()[:300] + "." if lines else ""

    def _ask(self, requests: Iterable[Message], seconds: float, limit: int, what: str) -> Iterator[Message]:
        """Sends requests without waiting for replies, and yields these as they come; `seconds` for each from the last one.

        A request's id shows that its reply was written after the request was read.
        """
        if self._death is not None:
            raise self._death
        if self._child is None:
            raise SessionDied("killed", "The session has not been started.")
        tokens: deque[str] = deque()

        def frames() -> Iterator[bytes]:
            for request, tensors in requests:
                tokens.append(secrets.token_hex(16))
                packed = wire.pack(request | {"id": tokens[-1]}, tensors)
                yield wire.LENGTH.pack(len(packed)) + packed

        received = self._exchange(frames(), seconds, limit, what)
        next(received)
        return (self._read_reply(data, tokens, limit) for data in received)

    def _read_reply(self, data: bytes, tokens: deque[str], limit: int) -> Message:
        try:
            replies.check_size(data, self.limits.output_bytes)
            reply, arrays = wire.unpack(data, limit)
        except Exception:  # whatever a forged message makes its readers raise
            raise self._die("protocol", "The process answered in a form that cannot be read.") from None
        if reply.get("id") != tokens.popleft():
            raise self._die("protocol", "The process answered a question that was not asked.")
        return reply, arrays

    def _exchange(self, frames: Iterator[bytes], seconds: float, limit: int, what: str) -> Iterator[bytes]:
        """Writes frames and yields one in reply to each, watching the clock and the memory meanwhile.

        First it yields nothing, when so many are written as the pipe takes: while the student's process is at work,
        whoever asked may be as well.
        """
        child, sent, writing = self._child, False, True
        self._stderr = bytearray()
        if self._received or _read(child.replies, 1):
            raise self._die("protocol", "The process answered without being asked.")
        unsent, received, awaited = memoryview(b""), self._received, 0
        next_look, deadline = time.monotonic() + TICK, time.monotonic() + seconds
        # Not epoll: of that a user has only so much, and as an ordinary user we share it with the student's processes.
        poll = select.poll()
        poll.register(child.replies, select.POLLIN)
        poll.register(child.errors, select.POLLIN)
        poll.register(child.requests, select.POLLOUT)
        while True:
            if writing and not unsent:
                frame = next(frames, None)
                if frame is None:
                    poll.unregister(child.requests)
                    writing = False
                else:
                    unsent, awaited = memoryview(frame), awaited + 1
            if not awaited and sent:
                return
            now = time.monotonic()
            if now > deadline:
                raise self._die("timeout", f"The {what} ran longer than {seconds:g} s.")
            if now > next_look:
                self._look(child)
                self._require_life(child)
                next_look = time.monotonic() + TICK
            ready = [fd for fd, _ in poll.poll(1000 * min(TICK, deadline - now) if sent else 0)]
            if not sent and child.requests not in ready:
                sent = True
                yield b""
                deadline = time.monotonic() + seconds
                continue
            if child.requests in ready:
                try:
                    unsent = unsent[os.write(child.requests, unsent[: 1 << 16]) :]
                except BlockingIOError:
                    pass
                except OSError:
                    unsent = unsent[:0]  # it does not read any more; what it says is still heard
            if not sent:
                continue
            if child.errors in ready:
                part = _read(child.errors, 1 << 16)
                if part == b"":
                    poll.unregister(child.errors)
                self._stderr = (self._stderr + (part or b""))[-4096:]
            if child.replies in ready:
                part = _read(child.replies, 1 << 16)
                if part == b"":
                    raise self._ended()
                received += part or b""
            while awaited and (reply := self._reply(limit, what)) is not None:
                yield reply
                if self._child is not child:
                    raise self._death
                awaited -= 1
                deadline = time.monotonic() + seconds
            if not ready:
                self._require_life(child)

    def _require_life(self, child: Child) -> None:
        """Raises SessionDied where the process has ended, and what it said is read."""
        if child.ended() is not None and not processes.readable(child.replies):
            raise self._ended()

    def _reply(self, limit: int, what: str) -> bytes | None:
        """Takes the first of what was received, where there is a whole one."""
        received = self._received
        if len(received) < wire.LENGTH.size:
            return None
        (wanted,) = wire.LENGTH.unpack_from(received)
        if not wire.LENGTH.size <= wanted <= limit:
            raise self._die("protocol", f"The {what} sent back more than {limit:,} bytes.")
        end = wire.LENGTH.size + wanted
        if len(received) < end:
            return None
        reply = bytes(received[wire.LENGTH.size : end])
        del received[:end]
        return reply

    def _look(self, child: Child) -> None:
        """Limits of the kernel hold for one process at a time; this one holds for all of the session's together."""
        family = child.family()
        if len(family) > 2 * self.limits.processes:
            raise self._die("killed", f"It started more than {self.limits.processes} processes.")
        if processes.memory(family, self.limits.memory_bytes) > self.limits.memory_bytes:
            raise self._die("killed", f"It used more than {self.limits.memory_bytes / 2**30:.3g} GiB of memory.")
        if burden := processes.burden(family):
            raise self._die("killed", burden)
        processes.calm(family)
        if not child.contained or not family:
            return
        # What sockets and empty files hold is the kernel's memory, which counts for no process.
        if processes.sockets(family[0]) > self.limits.sockets:
            raise self._die("killed", f"It opened more than {self.limits.sockets} sockets.")
        if processes.files(family[0], sandbox.WRITABLE) > self.limits.files:
            raise self._die("killed", f"It made more than {self.limits.files:,} files.")


def _read(fd: int, count: int) -> bytes | None:
    """Up to `count` bytes; None when there are none yet, empty at the end."""
    try:
        return os.read(fd, min(count, 1 << 20))
    except BlockingIOError:
        return None
    except OSError:
        return b""
