"""Odd values, and what helps to make notebooks odd: shared by the ways of damage and the fixed mutants."""

from __future__ import annotations

import json
import random
from typing import Any

Notebook = dict[str, Any]

ODD_TEXT = [
    "", " ", "\x00", "\ud800", "\udfff\ud800", "\u202e\u2066", "e\u0301" * 99, "\U0001f9d1\u200d\U0001f680", "\u2028",
    "﷽" * 50, "\x1b[2J", "'; DROP TABLE grade; --", "<script>alert(1)</script>", "../../etc/passwd", "{{ 7 * 7 }}",
    "__class__", "__proto__", "test_of_my_own", "x" * 10_000, "%s%n", "\r", "None", "4",
]  # fmt: skip
ODD = [
    *ODD_TEXT, None, True, False, 0, -1, 4, 4.0, 1e308, float("inf"), float("nan"), 10**30, [], {}, [[]], [None], ["a", 1],
    [["a"], ["b"]], {"a": {}}, {"__class__": "x", "__proto__": {"points": 9}}, {"grade_id": []},
]  # fmt: skip


def packed(value: object, **options: object) -> bytes:
    return json.dumps(value, **{"indent": 1} | options).encode()


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + "0" + closing * depth


def name_of(cell: dict) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def tests_of(nb: Notebook) -> list[dict]:
    return [cell for cell in nb["cells"] if name_of(cell).startswith("test_")]


def text_cell(source: object) -> dict:
    return {"cell_type": "markdown", "id": "own", "metadata": {}, "source": source}


def code_cell(source: object) -> dict:
    return {"cell_type": "code", "id": "x", "metadata": {}, "outputs": [], "execution_count": None, "source": source}


def some(dice: random.Random, things: list, share: float = 0.3) -> list:
    """A few of them, at least one where there are any."""
    return [one for one in things if dice.random() < share] or things[:1]
