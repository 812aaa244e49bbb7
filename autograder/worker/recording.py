"""What a cell shows, kept up to a limit and in the form of a notebook's outputs.

Runs behind the wall, beside `inside.py`: imports nothing of the autograder.
"""

from __future__ import annotations

import base64
import io
import threading
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher


class Record:
    """The outputs of the cell that runs now, up to a limit of characters; what comes after it takes no memory."""

    limit = 0  # characters; set before the first cell

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.open = False
        self.begin()
        self.open = False

    def begin(self) -> None:
        with self.lock:
            self.outputs: list[dict[str, Any]] = []
            self.text: io.StringIO | None = None
            self.displays: dict[str, dict[str, Any]] = {}
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
        data = _texts(data)
        self.add({"output_type": kind, "data": data, "metadata": {}, **more}, sum(map(len, data.values())))

    def display(self, data: dict[str, Any], name: str | None, update: bool) -> None:
        """`display(..., display_id=name)`, or with `update` what it shows from now on, in the same place."""
        earlier = self.displays.get(name) if update else None
        if earlier is None:
            self.bundle("display_data", data)
            if name and self.outputs:
                self.displays[name] = self.outputs[-1]
        else:
            with self.lock:
                fresh = _texts(data)
                self.left += sum(map(len, earlier["data"].values())) - sum(map(len, fresh.values()))
                if self.left >= 0:
                    earlier["data"] = fresh

    def error(self, kind: Any, value: Any, lines: list[str]) -> None:
        name, text = as_text(getattr(kind, "__name__", kind))[:200], as_text(value)[:2000]
        trace = "\n".join(map(as_text, lines))[-20_000:].split("\n")
        self.add({"output_type": "error", "ename": name, "evalue": text, "traceback": trace}, sum(map(len, trace)))

    def clear(self) -> None:
        with self.lock:
            self.outputs, self.text = [], None


def _texts(data: dict[str, Any]) -> dict[str, str]:
    """A display's formats as text: pictures in base64; what is no text (plotly's own type) is left out."""
    data = {mime: base64.b64encode(v).decode() if isinstance(v, bytes) else v for mime, v in dict(data).items()}
    return {str(mime): v for mime, v in data.items() if isinstance(v, str)}


def as_text(value: Any) -> str:
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
    """`display(...)` into `record`, which is set after the shell has made this."""

    record: Record

    def publish(self, data: dict, *_: Any, transient: dict | None = None, update: bool = False, **__: Any) -> None:
        self.record.display(data, (transient or {}).get("display_id"), update)

    def clear_output(self, wait: bool = False) -> None:
        self.record.clear()


class Result(DisplayHook):
    """A cell's last value into `record`, which is set after the shell has made this."""

    record: Record

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        self.record.bundle("execute_result", format_dict, execution_count=self.prompt_count)

    def finish_displayhook(self) -> None:
        pass
