"""The first code cell of every notebook, and the Colab badge above it.

The cell must work in Colab (install what is missing, never another torch, numpy or transformers), in a clone, where
nothing needs installing, and offline beside a wheel.
"""

from __future__ import annotations

NAMES = "check, figures, progress, quiz"


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
