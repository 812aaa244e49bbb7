"""The seed of a submission's tests: nobody can guess it, and regrading the same notebook draws the same inputs.

It is a keyed hash of what was handed in. The key belongs to the course, is drawn once, and stays in its folder, which no
student's process can see. The report names the seed, so that `autograder check --seed` repeats a grade anywhere.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from pathlib import Path

KEY = "seeds.key"


def seed(course: Path | str, lab: str, sha256: str) -> int:
    """48 bits for the submission with this checksum. Makes the course's key where there is none."""
    digest = hmac.digest(_key(Path(course)), f"{lab}\n{sha256}".encode(), "sha256")
    return int.from_bytes(digest[:6], "big")


def _key(course: Path) -> bytes:
    path = course / KEY
    if not path.exists():
        draft = path.with_name(f".{KEY}.{secrets.token_hex(4)}")
        draft.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
        draft.chmod(0o600)
        with contextlib.suppress(FileExistsError):  # somebody else was first: theirs it is
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes().strip()
