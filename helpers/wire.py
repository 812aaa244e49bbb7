"""How a case, an outcome or a file of examples is written down: one JSON header and, of tensors, one safetensors block.

Nothing here can run code when it is read back (there is no pickle), so the grader may read what an untrusted
process wrote.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import safetensors.numpy
import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

LENGTH = struct.Struct(">Q")  # a frame on a pipe is this length, then the packed bytes


class WireError(ValueError):
    """What was read is not a packed header with tensors."""


def pack(header: dict[str, Any], tensors: dict[str, Tensor] | None = None) -> bytes:
    """`header` (JSON-able) and named `tensors`, as bytes."""
    text = json.dumps(header, allow_nan=True).encode()
    if not tensors:
        return LENGTH.pack(len(text)) + text
    return LENGTH.pack(len(text)) + text + _block({n: t.detach().cpu().contiguous() for n, t in tensors.items()})


def _block(tensors: dict[str, Tensor]) -> bytes:
    try:  # the same bytes as below, four times as fast
        return safetensors.numpy.save({name: tensor.numpy() for name, tensor in tensors.items()})
    except (TypeError, RuntimeError):  # numbers that NumPy lacks, or a view that is worked out when it is read
        # clone(): safetensors refuses tensors that share storage, such as the two outputs of an identity.
        return safetensors.torch.save({name: tensor.clone() for name, tensor in tensors.items()})


def unpack(data: bytes, limit: int = 1 << 28) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The inverse of `pack`. Raises WireError for anything that `pack` cannot have written."""
    if not LENGTH.size <= len(data) <= limit:
        raise WireError(f"a message of {len(data)} bytes is outside the limits")
    (size,) = LENGTH.unpack_from(data)
    text, block = data[LENGTH.size : LENGTH.size + size], data[LENGTH.size + size :]
    try:
        header = json.loads(text)
        tensors = safetensors.torch.load(block) if block else {}
    except (ValueError, KeyError, RecursionError, RuntimeError, SafetensorError, OverflowError, TypeError) as error:
        raise WireError(f"a message could not be read: {type(error).__name__}") from None
    if not isinstance(header, dict):
        raise WireError("a message's header is not an object")
    return header, tensors
