"""The published examples: for each exercise, inputs with the right outputs and the outputs of each misconception.

They are written by `autograder release` into `helpers/examples/` and read here, so that a notebook can check an
answer at once, with no network and no solution code.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import safetensors.torch
from torch import Tensor

from helpers.driver import Case, Outcome

FOLDER = Path(__file__).parent / "examples"


@dataclass(frozen=True)
class Example:
    """Everything `check` knows about one exercise. `wrong` and `hints` go by the misconception's name."""

    name: str
    lab: str
    points: float
    order: int
    cases: list[Case]
    expected: list[Outcome]
    wrong: dict[str, list[Outcome]]
    hints: dict[str, str]

    def to_files(self) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """What the two files of this exercise hold: JSON and tensors."""
        tensors: dict[str, Tensor] = {}

        def store(prefix: str, pair: tuple[dict, dict[str, Tensor]]) -> dict:
            tensors.update({f"{prefix}/{name}": value for name, value in pair[1].items()})
            return pair[0]

        index = {"name": self.name, "lab": self.lab, "points": self.points, "order": self.order, "hints": self.hints}
        index["cases"] = [store(f"case/{i}", case.to_wire()) for i, case in enumerate(self.cases)]
        index["expected"] = [store(f"expected/{i}", o.to_wire()) for i, o in enumerate(self.expected)]
        index["wrong"] = {
            name: [store(f"wrong/{name}/{i}", o.to_wire()) for i, o in enumerate(outcomes)]
            for name, outcomes in self.wrong.items()
        }
        return index, tensors

    @classmethod
    def from_files(cls, index: dict[str, Any], tensors: dict[str, Tensor]) -> Example:
        """The inverse of `to_files`."""

        def fetch(prefix: str) -> dict[str, Tensor]:
            start = f"{prefix}/"
            return {key[len(start) :]: value for key, value in tensors.items() if key.startswith(start)}

        return cls(
            **{key: index[key] for key in ("name", "lab", "points", "order", "hints")},
            cases=[Case.from_wire(spec, fetch(f"case/{i}")) for i, spec in enumerate(index["cases"])],
            expected=[Outcome.from_wire(spec, fetch(f"expected/{i}")) for i, spec in enumerate(index["expected"])],
            wrong={
                name: [Outcome.from_wire(spec, fetch(f"wrong/{name}/{i}")) for i, spec in enumerate(specs)]
                for name, specs in index["wrong"].items()
            },
        )


@lru_cache
def example(name: str) -> Example:
    """The published example of one exercise. Raises KeyError, with the names there are, for an unknown one."""
    path = FOLDER / f"{name}.json"
    if name not in catalogue():
        raise KeyError(f"there is no exercise {name!r}; there are {', '.join(catalogue())}")
    return Example.from_files(
        json.loads(path.read_text(encoding="utf-8")), safetensors.torch.load_file(path.with_suffix(".safetensors"))
    )


@lru_cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Name → {"lab", "points", "order"} of all exercises, in the order of the labs."""
    indices = [json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")]
    return {
        index["name"]: {key: index[key] for key in ("lab", "points", "order")}
        for index in sorted(indices, key=lambda index: (index["lab"], index["order"]))
    }
