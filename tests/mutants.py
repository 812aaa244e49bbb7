"""A stream of submissions as nobody should hand them in: the labs' notebooks, stubs or solved so far, mutated by dice.

`mutant(place)` is the same on every run, so that a failure can be made again from its name. FIXED are those too costly to
draw often, and those that once went wrong: they are always looked at.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import nbformat

from autograder import reference
from autograder.exercises import LABS, exercises
from autograder.lessons import grade_id
from autograder.release import student_notebook
from tests.damage import FATAL, RISKY
from tests.harmless import HARMLESS
from tests.odd_values import code_cell, nested, packed, tests_of, text_cell
from tools.submissions import with_answers

SEED = 2017
FIRST = next(iter(LABS))
FATES = {"same": HARMLESS, "either": RISKY, "refused": FATAL}
MB = 1 << 20


@dataclass(frozen=True)
class Mutant:
    """One file. `solved` are the exercises that it was right in; `fate`: graded the same, refused, or either."""

    name: str
    lab: str
    solved: tuple[str, ...]
    fate: str
    data: bytes


@cache
def base(lab: str, solved: tuple[str, ...], slim: bool) -> str:
    """A lab's notebook with these exercises solved, as JSON. `slim`: with no more than grading needs."""
    right = reference.sources(lab)
    nb = with_answers(student_notebook(lab), {name: right[name] for name in solved})
    if slim:
        nb.cells = [cell for cell in nb.cells if grade_id(cell) or cell.source.startswith(("# Set-up", "import math"))]
    return nbformat.writes(nb)


def mutant(place: int, slim: bool = False, fates: tuple[str, ...] = ("same", "either", "either", "refused")) -> Mutant:
    """The mutant at a place of the stream."""
    dice = random.Random(f"{SEED}/{place}")
    lab, fate = dice.choice(list(LABS)), dice.choice(fates)
    names = [exercise.name for exercise in exercises(lab)]
    # A student solves from the front: what comes later builds on it.
    solved = tuple(names[: dice.choice([0, len(names), len(names), dice.randrange(len(names))])])
    way = dice.choice(list(FATES[fate]))
    data = FATES[fate][way](dice, json.loads(base(lab, solved, slim)))
    return Mutant(f"{place}:{way}", lab, solved, fate, data)


def stream(count: int) -> Iterator[Mutant]:
    """FIXED, and as many drawn ones as make `count`."""
    yield from fixed()
    for place in range(count - len(FIXED)):
        yield mutant(place)


def _with_cells(*cells: dict) -> bytes:
    return packed(_solved() | {"cells": [*cells, *_solved()["cells"]]}, indent=None)


def _solved() -> dict:
    return json.loads(base(FIRST, _all(), slim=True))


def _all() -> tuple[str, ...]:
    return tuple(exercise.name for exercise in exercises(FIRST))


def _with_top(text: str) -> bytes:
    """The notebook with one more member that says `text`, which need not be JSON."""
    return b'{"odd": ' + text.encode() + b", " + packed(_solved())[1:]


def _bare(cells: str) -> bytes:
    return f'{{"nbformat": 4, "nbformat_minor": 5, "metadata": {{}}, "cells": [{cells}]}}'.encode()


def _lists_of_tests() -> bytes:
    """Sources and names that are lists of lists, where a list of lines is allowed."""
    nb = _solved()
    for cell in tests_of(nb):
        cell["source"] = [[cell["source"]]]
        cell["metadata"]["nbgrader"]["grade_id"] = [cell["metadata"]["nbgrader"]["grade_id"]]
    return packed(nb)


FIXED = {
    "empty": ("refused", lambda: b""),
    "blank": ("refused", lambda: b" \n\t\r\n"),
    "too large": ("refused", lambda: b" " * (32 * MB + 1)),
    "as large as can be": ("same", lambda: packed(_solved()).ljust(32 * MB)),
    "millions of lists": ("refused", lambda: _bare("[]," * (32 * MB // 3 - 99) + "[]")),
    "millions of lists in lists": ("refused", lambda: _bare("[[]]," * (32 * MB // 5 - 99) + "[]")),
    "millions of objects": ("refused", lambda: _bare('{"a":1},' * (32 * MB // 8 - 99) + "{}")),
    "millions of keys": ("refused", lambda: b"{" + b",".join(b'"%x":1' % i for i in range(2_500_000)) + b"}"),
    "millions of numbers": ("refused", lambda: _with_top("[" + "1e5," * (7 * MB) + "0]")),
    "millions of texts": ("refused", lambda: _with_top("[" + '"ab",' * (6 * MB) + "0]")),
    "two million values": ("same", lambda: _with_top("[" + '{"a":[]},' * 500_000 + "0]")),
    "a wide text": ("same", lambda: _with_top('"🧑' + "x" * (31 * MB) + '"')),
    "100,000 lists deep": ("refused", lambda: b"[" * 100_000),
    "100,000 lists deep and closed": ("refused", lambda: _with_top(nested(100_000))),
    "100,000 objects deep": ("refused", lambda: _with_top(nested(100_000, '{"a":', "}"))),
    "cells 2,000 deep": ("refused", lambda: _bare(nested(2_000, '{"cells": [', "]}"))),
    "a number of a million digits": ("refused", lambda: _with_top("9" * 1_000_000)),
    "numbers beyond floats": ("same", lambda: _with_top("[1e400, -1e400, 1e-400, NaN, Infinity, -Infinity]")),
    "50,000 cells": ("refused", lambda: _with_cells(*[text_cell("")] * 50_000)),
    "2 million cells that are none": ("refused", lambda: _bare("0," * 2_000_000 + "0")),
    "1,500 cells": ("same", lambda: _with_cells(*[text_cell("a"), code_cell("1")] * 750)),
    "a cell of 10 MB": ("refused", lambda: _with_cells(code_cell("#" * 10 * MB))),
    "a cell of a million lines": ("refused", lambda: _with_cells(code_cell(["x = 1\n"] * 1_000_000))),
    "a text of 10 MB": ("same", lambda: _with_cells(text_cell("![a](data:image/png;base64," + "QUJD" * 2_500_000))),
    "1,000 long texts": ("refused", lambda: _with_cells(*[text_cell("<" * 30_000)] * 1_000)),
    "a text of a million empty lines": ("same", lambda: _with_cells(text_cell([""] * 1_000_000 + ["\r"] * 300_000))),
    "names in lists": ("same", _lists_of_tests),
}  # fmt: skip


def fixed() -> Iterator[Mutant]:
    """The mutants that are always looked at."""
    return map(fixed_one, FIXED)


def fixed_one(name: str) -> Mutant:
    """One of FIXED."""
    fate, make = FIXED[name]
    return Mutant(name, FIRST, _all(), fate, make())
