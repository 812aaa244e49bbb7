"""What a student's process says, taken for an attack: how large it is before it is parsed, and what may be kept of it."""

from __future__ import annotations

import re
import struct
from typing import Any

from helpers import wire

LARGEST_HEADER = 8 << 20
LARGEST_VALUES = 1 << 20  # JSON values of a reply, each of which may cost a hundred bytes once parsed
MOST_ARRAYS = 10_000  # in a reply; an empty one takes a kilobyte once it is read
# Colours, other orders to a terminal (its title, its clipboard), and control characters but tab, line ends and backspace.
ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def check_size(data: bytes, output_bytes: int) -> None:
    """Raises where a packed reply would take far more memory than it has bytes, once it is parsed.

    output_bytes: what a cell may print, for which there is room on top
    """
    (header,) = wire.LENGTH.unpack_from(data)
    arrays = wire.LENGTH.size + header  # where their block begins
    if header > LARGEST_HEADER + 8 * output_bytes:
        raise wire.WireError("a header is too long")
    # There are no more values than these signs. In what a cell printed they stand for nothing, but there is room for those.
    if sum(data.count(sign, 0, arrays) for sign in (b"[", b"{", b",", b":")) > LARGEST_VALUES + output_bytes:
        raise wire.WireError("a header holds too many values")
    (names,) = struct.unpack_from("<Q", data, arrays) if len(data) > arrays else (0,)
    if data.count(b"{", arrays, arrays + names) > MOST_ARRAYS:
        raise wire.WireError("there are too many arrays")


def clean(output: Any) -> dict[str, Any] | None:
    """One output with only what nbformat v4 knows and only text in it, or None."""
    if not isinstance(output, dict):
        return None
    kind = output.get("output_type")
    if kind == "stream" and output.get("name") in ("stdout", "stderr"):
        return {"output_type": kind, "name": output["name"], "text": _plain(output.get("text"))}
    if kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
        data = {_plain(m)[:100]: _sound(v) for m, v in output["data"].items() if isinstance(v, str)}
        count = output.get("execution_count")
        number = count if type(count) is int and 0 <= count < 1_000_000 else None
        more = {"execution_count": number} if kind == "execute_result" else {}
        return {"output_type": kind, "data": data, "metadata": {}} | more if data else None
    if kind == "error":
        lines = output.get("traceback")
        trace = [_plain(line) for line in lines] if isinstance(lines, list) else []
        return {"output_type": kind, "ename": _plain(output.get("ename"))[:200], "evalue": _plain(output.get("evalue")),
                "traceback": trace}  # fmt: skip
    return None


def size(output: dict[str, Any]) -> int:
    """About how many characters a cleaned output takes in a file."""
    data = output.get("data", {})
    texts = [*data, *data.values(), *output.get("traceback", ()), output.get("text", ""), output.get("evalue", "")]
    return sum(map(len, texts)) + 16 * len(texts)


def _sound(text: str) -> str:
    """Text that can be written to a file: half a surrogate pair cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _plain(text: Any) -> str:
    return ANSI.sub("", _sound(text)) if isinstance(text, str) else ""
