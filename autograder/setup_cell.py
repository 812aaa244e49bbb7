"""The first code cell of every notebook, and the Colab badge above it.

The cell must work in Colab (install what is missing, never another torch, numpy or transformers), in a clone, where
nothing needs installing, and offline beside a wheel.
"""

from __future__ import annotations

import subprocess
import tomllib
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMES = "check, figures, progress, quiz"


@lru_cache
def repository() -> str | None:
    """The repository's web address: pyproject's setting, else git's origin, else None."""
    address = (
        tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        .get("urls", {})
        .get("Repository")
    )
    if not address:
        git = subprocess.run(["git", "remote", "get-url", "origin"], cwd=ROOT, capture_output=True, text=True)
        address = git.stdout.strip() if git.returncode == 0 else ""
    address = address.removeprefix("git@github.com:").removesuffix(".git")
    if address.count("/") == 1:
        address = f"https://github.com/{address}"
    # A clone of a local folder has that folder as its origin: no address that a reader could open.
    return address if address.startswith("https://") else None


def setup_cell(address: str | None) -> str:
    """At most six lines. `address` is the repository's, or None where it is not known."""
    missing = (
        f"['git+{address}']" if address else "sys.exit('Put the wheel of transformers-labs beside this notebook.')"
    )
    return "\n".join(
        [
            "# Set-up: run me first. In Colab this fetches the helpers once and leaves torch, numpy and transformers as they are.",
            "import glob, importlib.util, os, sys; sys.path[:0] = [p for p in ('.', '..') if os.path.isfile(f'{p}/helpers/checking.py')]",
            'if importlib.util.find_spec("helpers") is None:',
            "    !{sys.executable} -m pip list --format=freeze | grep -iE '^(torch|numpy|transformers)=' > /tmp/keep.txt",
            f"    !{{sys.executable}} -m pip install -q -c /tmp/keep.txt {{(glob.glob('*.whl') or {missing})[0]}}",
            f"from helpers import {NAMES}",
        ]
    )


def badge(address: str, lab: str) -> str:
    """A line of Markdown that opens the notebook in Colab; empty for an address Colab cannot open."""
    where = address.removeprefix("https://github.com/")
    if where == address:
        return ""
    link = f"https://colab.research.google.com/github/{where}/blob/main/notebooks/{lab}.ipynb"
    return f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({link})"
