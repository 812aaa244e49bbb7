"""What works on this machine: each thing is tried, not guessed."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
from collections.abc import Callable


def doctor() -> list[tuple[str, bool, str, bool]]:
    """(what, whether it works, what was seen, whether grading needs it), in order."""
    tries: list[tuple[str, Callable[[], str], bool]] = [
        ("python", lambda: sys.version.split()[0], True),
        ("torch", _torch, True),
        ("nbgrader", lambda: importlib.metadata.version("nbgrader"), True),
        ("sandbox", _sandbox, True),
        ("a sandboxed cell", _cell, True),
        ("gpu", _gpu, False),
        ("browser", _browser, False),
    ]
    return [_tried(*one) for one in tries]


def _tried(what: str, attempt: Callable[[], str], needed: bool) -> tuple[str, bool, str, bool]:
    try:
        return what, True, attempt(), needed
    except Exception as error:
        lines = str(error).strip().splitlines()
        return what, False, lines[0] if lines else type(error).__name__, needed


def _torch() -> str:
    import torch

    return torch.__version__


def _sandbox() -> str:
    from autograder.sandbox import available

    reason = available()
    if reason:
        raise RuntimeError(reason)
    return "bubblewrap: no network, no home, limited memory, time and processes"


def _cell() -> str:
    import time

    from autograder.session import Session

    started = time.monotonic()
    with Session() as session:
        outputs = session.run("print(6 * 7)")
    if not outputs or outputs[0].get("text") != "42\n":
        raise RuntimeError(f"a cell that prints 42 gave {outputs}")
    return f"started, ran and closed in {time.monotonic() - started:.1f} s"


def _gpu() -> str:
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError("none that torch can use; grading runs on the CPU")
    return torch.cuda.get_device_name()


def _browser() -> str:
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next(filter(None, map(shutil.which, names)), None)  # else the one playwright brought
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed)
        version = browser.version
        browser.close()
    return f"chromium {version}"
