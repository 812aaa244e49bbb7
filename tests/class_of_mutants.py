"""A class that hands in mutated notebooks, graded by warm workers as `autograder grade` does it, to the last one.

    python -m tests.class_of_mutants [COUNT]

Every twentieth is an honest one and must get what it gets alone. Prints what broke a promise, and a summary; the status
is 1 where anything did.
"""

from __future__ import annotations

import random
import sys
from collections import Counter

import nbformat

from autograder import work
from autograder.executors import Failure, Local, cores, each
from autograder.exercises import exercises
from tests.mutants import FIRST, Mutant, base, mutant

SETTINGS = work.Settings("cpu", "auto", timeout=10, seed=7)
FATES = ("same", "either", "either", "refused")


def honest() -> Mutant:
    """Half of a lab, undamaged."""
    solved = tuple(exercise.name for exercise in exercises(FIRST))[:4]
    return Mutant("honest", FIRST, solved, "same", base(FIRST, solved, slim=True).encode())


def broken(one: Mutant, result: bytes | Failure, alone: dict) -> str | None:
    """Which promise the result of a notebook breaks, if any."""
    if isinstance(result, Failure):
        return result.message
    report, _, notebook = work.parts(result)
    nbformat.validate(nbformat.reads(notebook, as_version=4))
    most = {each["name"]: each["max_score"] for each in report["exercises"]}
    scores = {each["name"]: each["score"] for each in report["exercises"]}
    if most != {exercise.name: exercise.points for exercise in exercises(one.lab)}:
        return f"points to be had: {most}"
    if undeserved := {n: s for n, s in scores.items() if not 0 <= s <= (most[n] if n in one.solved else 0)}:
        return f"undeserved: {undeserved}"
    if one.fate == "same" and any(scores[name] < most[name] for name in one.solved):
        return f"lost: {scores}"
    said = report.get("refused")
    if said is not None and not (said.isprintable() and 20 < len(said) < 300 and said.endswith(".")):
        return f"no clear line: {said!r}"
    if one.fate != "either" and (said is None) == (one.fate == "refused"):
        return f"refused: {said}"
    if one.name == "honest" and report | {"seconds": None} != alone:
        return f"not as alone: {report}"
    return None


def main(count: int) -> int:
    """Grades `count` notebooks; the number of broken promises."""
    one, fates = honest(), Counter()
    alone = work.parts(work.grade_bytes(one.data, one.lab, SETTINGS))[0] | {"seconds": None}
    places = random.Random(0).sample(range(count), count)
    bad = 0
    with Local(cores()) as executor:
        made = {}

        def begin(place: int) -> tuple:
            made[place] = one if place % 20 == 19 else mutant(place, slim=True, fates=FATES)
            return work.grade_bytes, made[place].data, made[place].lab, SETTINGS

        for done, (place, result) in enumerate(each(executor, places, begin), start=1):
            this = made.pop(place)
            fates["honest" if this.name == "honest" else this.fate] += 1
            if problem := broken(this, result, alone):
                bad += 1
                print(f"{place} {this.name} ({this.lab}): {problem}", flush=True)
            if done % 500 == 0:
                print(f"{done} graded, {bad} broken", file=sys.stderr, flush=True)
    print(f"{count} graded ({', '.join(f'{n} {fate}' for fate, n in sorted(fates.items()))}): {bad} broken")
    return bad


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000) else 0)
