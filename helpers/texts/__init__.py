"""Short public-domain texts to train on; what they are and why they may be used stands in the README beside them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def text(name: str) -> str:
    """A text by name, such as "alice". Raises KeyError, with the names there are, for an unknown one."""
    path = FOLDER / f"{name}.txt"
    names = sorted(one.stem for one in FOLDER.glob("*.txt"))
    if name not in names:
        raise KeyError(f"there is no text {name!r}; there is {', '.join(names)}")
    return path.read_text(encoding="utf-8")
