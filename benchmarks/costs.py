"""What importing and checking cost a student.

    python -m benchmarks.costs [--rounds 5]

Each figure is a median over the rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from autograder import reference
from helpers.checking import check
from helpers.driver import run_case
from helpers.published import catalogue, example


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def import_cost() -> float:
    """Seconds of `import helpers` and its check in a fresh process, after torch is there."""
    code = (
        "import torch, IPython, time; start = time.perf_counter(); import helpers; from helpers import check, progress; "
        "print(time.perf_counter() - start)"
    )
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def check_cost(name: str) -> tuple[float, float]:
    """Seconds of `check` without, and of, the student's own compute.

    The answer is a wrong one, which is the slower road, and the examples are read from disk as in the first check.
    """
    lab = catalogue()[name]["lab"]
    exercise = reference.exercise_named(lab, name)
    space = dict(reference._namespace(lab)) | {"check": check}
    exec(exercise.misconceptions[0].source(reference.sources(lab)[name]), space)
    own = seconds(lambda: [run_case(space, case) for case in example(name).cases])
    example.cache_clear()
    with contextlib.redirect_stdout(io.StringIO()):
        whole = seconds(lambda: exec(f"check({name!r})", space))
    return max(0.0, whole - own), own


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds

    def median(samples: list[float]) -> float:
        return statistics.median(samples)

    print(
        f"import helpers, check, progress beyond torch: {1e3 * median([import_cost() for _ in range(rounds)]):.0f} ms"
    )
    home = os.getcwd()
    for name in catalogue():
        with tempfile.TemporaryDirectory() as folder:  # check keeps its progress in the current folder
            os.chdir(folder)
            pairs = [check_cost(name) for _ in range(rounds)]
            os.chdir(home)
        added, own = (1e3 * median(list(side)) for side in zip(*pairs, strict=True))
        print(f"check({name!r}), a wrong answer: adds {added:.1f} ms to {own:.1f} ms of the student's own")


if __name__ == "__main__":
    main()
