"""Ways in which a notebook that is handed in can be damaged: FATAL ones must be refused, RISKY ones may be.

Each takes dice and the notebook's JSON, which it may change, and returns the bytes of the file.
"""

from __future__ import annotations

import json
import random
from typing import Any

from tests.odd_values import ODD, ODD_TEXT, Notebook, name_of, packed, some

CELL_FIELDS = ["cell_type", "source", "metadata", "outputs", "id", "execution_count", "attachments"]


def _cut(dice: random.Random, data: bytes) -> tuple[int, int]:
    first = dice.randrange(len(data))
    return first, min(len(data), first + dice.choice([1, 2, 10, 1000, 10_000]))


# --- risky


def flipped_bits(dice: random.Random, nb: Notebook) -> bytes:
    data = bytearray(packed(nb, ensure_ascii=False))
    for _ in range(dice.choice([1, 1, 2, 5, 100])):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(data)


def changed_signs(dice: random.Random, nb: Notebook) -> bytes:
    """Signs that mean something to JSON, put in or in the place of others."""
    data = bytearray(packed(nb))
    for _ in range(dice.choice([1, 1, 2, 5])):
        place = dice.randrange(len(data))
        data[place : place + dice.choice([0, 1])] = dice.choice(b'"\\{}[],:0e-/ \nun').to_bytes(1, "big")
    return bytes(data)


def lost_block(dice: random.Random, nb: Notebook) -> bytes:
    data = packed(nb)
    first, end = _cut(dice, data)
    return data[:first] + data[end:]


def doubled_block(dice: random.Random, nb: Notebook) -> bytes:
    data = packed(nb)
    first, end = _cut(dice, data)
    return data[:end] + data[first:]


def lost_line(dice: random.Random, nb: Notebook) -> bytes:
    lines = packed(nb).splitlines(keepends=True)
    del lines[dice.randrange(len(lines))]
    return b"".join(lines)


def odd_values(dice: random.Random, nb: Notebook) -> bytes:
    """Values anywhere replaced by others, keys lost or renamed."""
    rate = dice.choice([0.0005, 0.003, 0.02, 0.2])

    def damaged(value: Any) -> Any:
        if dice.random() < rate:
            return dice.choice(ODD)
        if isinstance(value, dict):
            kept = {key: one for key, one in value.items() if dice.random() > rate}
            return {dice.choice(ODD_TEXT) if dice.random() < rate else key: damaged(one) for key, one in kept.items()}
        return [damaged(one) for one in value] if isinstance(value, list) else value

    return packed({key: damaged(value) for key, value in nb.items()})


def odd_fields(dice: random.Random, nb: Notebook) -> bytes:
    field = dice.choice(CELL_FIELDS)
    for cell in some(dice, nb["cells"]):
        cell[field] = dice.choice(ODD)
        if dice.random() < 0.2:
            del cell[field]
    return packed(nb)


def odd_names(dice: random.Random, nb: Notebook) -> bytes:
    names = [*filter(None, map(name_of, nb["cells"])), *ODD]
    for cell in some(dice, nb["cells"]):
        cell["metadata"]["nbgrader"] = dice.choice([{"grade_id": dice.choice(names)}, dice.choice(ODD)])
    return packed(nb)


def odd_sources(dice: random.Random, nb: Notebook) -> bytes:
    long = [
        "x = 1\n" * 9_000,
        "(" * 90_000,
        "'" * 90_000,
        "\\\n" * 40_000,
        "-" * 5_000 + "1",
        "\x00" * 50_000,
        "def " * 9_000,
    ]
    for cell in some(dice, nb["cells"], 0.05):
        cell["source"] = dice.choice([*ODD, *long, cell["source"][: len(cell["source"]) // 2]])
    return packed(nb)


def cells_in_disorder(dice: random.Random, nb: Notebook) -> bytes:
    cells = nb["cells"]
    for cell in some(dice, list(cells), dice.choice([0.05, 0.5, 1])):
        cells.remove(cell)
        if dice.random() < 0.7:
            cells[(place := dice.randint(0, len(cells))) : place] = [cell] * dice.choice([1, 1, 1, 2, 20])
    return packed(nb)


def merged_cells(dice: random.Random, nb: Notebook) -> bytes:
    for _ in range(dice.randint(1, 5)):
        place = dice.randrange(len(nb["cells"]) - 1)
        first, second = nb["cells"][place : place + 2]
        first["source"] = "\n".join("".join(cell["source"]) for cell in (first, second))
        del nb["cells"][place + 1]
    return packed(nb)


def other_kinds(dice: random.Random, nb: Notebook) -> bytes:
    for cell in some(dice, nb["cells"], 0.1):
        cell["cell_type"] = dice.choice(["markdown", "code", "raw", "Code", "heading"])
    return packed(nb)


# --- fatal


def cut_short(dice: random.Random, nb: Notebook) -> bytes:
    data = packed(nb)
    return data[: dice.choice([dice.randrange(len(data)), len(data) - dice.randint(1, 500)])]


def not_utf8(dice: random.Random, nb: Notebook) -> bytes:
    data = packed(nb)
    place = dice.randrange(len(data))
    return (
        data[:place] + dice.choice([b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\x80", b"\xf5\x80\x80\x80"]) + data[place:]
    )


def nul_bytes(dice: random.Random, nb: Notebook) -> bytes:
    data = packed(nb)
    place = dice.randrange(1, len(data))
    return data[:place] + b"\x00" * dice.choice([1, 10, 4096]) + data[place:]


def other_encoding(dice: random.Random, nb: Notebook) -> bytes:
    return packed(nb).decode().encode(dice.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"]))


def other_file(dice: random.Random, nb: Notebook) -> bytes:
    starts = [
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"\x89PNG\r\n",
        b"<!DOCTYPE html>",
        b"import torch\n",
        b"version https:",
    ]
    return dice.choice(starts) + dice.randbytes(dice.choice([0, 100, 10_000]))


def other_json(dice: random.Random, nb: Notebook) -> bytes:
    others = [
        *ODD,
        nb["cells"],
        [nb],
        {"notebook": nb},
        nb["cells"][0],
        {key: nb[key] for key in nb if key != "nbformat"},
    ]
    return packed(dice.choice(others))


def other_format(dice: random.Random, nb: Notebook) -> bytes:
    if dice.random() < 0.3:
        return packed({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": nb["cells"]}]})
    return packed(nb | {"nbformat": dice.choice([1, 2, 3, 5, 4.5, *(one for one in ODD if one != 4)])})


def other_cells(dice: random.Random, nb: Notebook) -> bytes:
    numbered = {str(place): cell for place, cell in enumerate(nb["cells"])}
    return packed(nb | {"cells": dice.choice([numbered, [], [nb["cells"]], json.dumps(nb["cells"]), *ODD])})


def no_names(dice: random.Random, nb: Notebook) -> bytes:
    for cell in nb["cells"]:
        cell["metadata"] = dice.choice([{}, {"nbgrader": {"grade_id": dice.choice(ODD)}}])
    return packed(nb)


RISKY = {way.__name__: way for way in (
    flipped_bits, changed_signs, lost_block, doubled_block, lost_line, odd_values, odd_fields, odd_names, odd_sources,
    cells_in_disorder, merged_cells, other_kinds,
)}  # fmt: skip
FATAL = {way.__name__: way for way in (
    cut_short, not_utf8, nul_bytes, other_encoding, other_file, other_json, other_format, other_cells, no_names
)}  # fmt: skip
