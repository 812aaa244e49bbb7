"""Folders that are replaced as a whole, and stay replaced when the machine stops."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

AT_FDCWD, RENAME_EXCHANGE = -100, 2  # of linux/fcntl.h and linux/fs.h


def flush(folder: Path) -> None:
    """Brings the files of a folder, with all folders in it, to the disk."""
    for where, _, files in os.walk(folder):
        for name in files:
            flush_entry(os.path.join(where, name))
        flush_entry(where)


def flush_entry(path: Path | str) -> None:
    """Brings one file, or the list of names in one folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def exchange(new: Path, old: Path) -> None:
    """The folder `new` takes the place of `old`, and `old`, if there is one, that of `new`.

    At one stroke where the file system can; else there is a moment at which `old` has no folder.
    """
    aside = old.with_name(f".{old.name}.aside")
    remove(aside)
    if not old.exists():
        new.rename(old)
    elif not _exchange_at_once(new, old):
        old.rename(aside)
        new.rename(old)
        aside.rename(new)


def _exchange_at_once(one: Path, other: Path) -> bool:
    call = getattr(ctypes.CDLL(None), "renameat2", None)
    return call is not None and not call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)


def remove(folder: Path) -> None:
    """Removes a folder and what is in it, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)
